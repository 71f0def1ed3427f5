"""A replicated log with a fixed leader, as a program behind the sidecar (docs/sidecar.md).

Member 0 orders; a block is committed when a majority holds it. It shows how little a program has
to do, not how consensus is done: nobody replaces a leader that is gone, and nobody is authenticated.
"""
import asyncio
import json
import os
import sys
import time

LINE_MAX = 2**24

def tell(message):
    print(json.dumps(message), flush=True)

def send(writer, message):
    writer.write((json.dumps(message) + "\n").encode())

class Member:
    def __init__(self, setup):
        self.index, self.committee = setup["index"], setup["committee"]
        self.host, self.port = setup["listen"].rsplit(":", 1)
        self.log_path = os.path.join(setup["stateDir"], "blocks")
        self.blocks, self.committed = [], 0

    def commit_up_to(self, height):
        for block in self.blocks[self.committed:height]:
            tell({"type": "commit", "proposer": 0, **block})
        self.committed = max(self.committed, height)

class Leader(Member):
    async def open(self):
        self.peers, self.held, self.waiting = {}, {}, []
        if os.path.exists(self.log_path):
            self.blocks = [json.loads(line) for line in open(self.log_path)]
        self.log = open(self.log_path, "a", buffering=1)
        await asyncio.start_server(self.serve, self.host, int(self.port), limit=LINE_MAX)
        self.advance()

    async def serve(self, reader, writer):
        index = None
        async for line in reader:
            message = json.loads(line)
            if "hello" in message:
                index = message["hello"]
                self.peers[index] = writer
                for block in self.blocks[message["have"]:]:
                    send(writer, {"block": block})
                send(writer, {"commit": self.committed})
            self.held[index] = message.get("have", self.held.get(index, 0))
            self.submit(message.get("transactions", []))
            self.advance()
        if self.peers.get(index) is writer:
            del self.peers[index]

    def submit(self, transactions):
        if transactions and not self.waiting:
            asyncio.get_running_loop().call_later(0.005, self.propose)
        self.waiting += transactions

    def propose(self):
        block, self.waiting = {"transactions": self.waiting, "createdUnixMs": time.time() * 1000}, []
        self.blocks.append(block)
        self.log.write(json.dumps(block) + "\n")  # what a restarted leader must still know
        for writer in self.peers.values():
            send(writer, {"block": block})
        self.advance()

    def advance(self):
        if len(self.peers) == len(self.committee) - 1:
            tell({"type": "ready"})
        others = [self.held.get(index, 0) for index in range(1, len(self.committee))]
        majority = sorted(others + [len(self.blocks)], reverse=True)[len(self.committee) // 2]
        if majority > self.committed:
            self.commit_up_to(majority)
            for writer in self.peers.values():
                send(writer, {"commit": self.committed})

class Follower(Member):
    async def open(self):
        self.writer, self.unsent = None, []
        asyncio.ensure_future(self.follow())

    async def follow(self):
        host, port = self.committee[0]["address"].rsplit(":", 1)
        while True:
            try:
                reader, self.writer = await asyncio.open_connection(host, int(port), limit=LINE_MAX)
                send(self.writer, {"hello": self.index, "have": len(self.blocks)})
                tell({"type": "ready"})
                self.submit([])
                async for line in reader:
                    message = json.loads(line)
                    if "block" in message:
                        self.blocks.append(message["block"])
                        send(self.writer, {"have": len(self.blocks)})
                    self.commit_up_to(message.get("commit", 0))
            except OSError:
                pass
            self.writer = None
            await asyncio.sleep(0.05)

    def submit(self, transactions):
        self.unsent += transactions
        if self.writer is not None and self.unsent:
            send(self.writer, {"transactions": self.unsent})
            self.unsent = []

async def main():
    lines = asyncio.StreamReader(limit=LINE_MAX)
    protocol = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    member = None
    async for line in lines:  # ends with the sidecar, however that ended
        message = json.loads(line)
        if message["type"] == "configure":
            member = (Leader if message["index"] == 0 else Follower)(message)
            await member.open()
        elif message["type"] == "submit":
            member.submit(message["transactions"])

asyncio.run(main())
