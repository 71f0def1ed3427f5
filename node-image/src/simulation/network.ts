import type { SimulationCosts } from '../contract/index.ts';
import type { ConnectionEnd } from '../shell/shaping/connection-end.ts';
import type { Shaper } from '../shell/shaping/shaper.ts';
import type { Host, LinkListener, LinkStream } from '../shell/transport/link-stream.ts';
import type { Machine, Processor } from './machine.ts';
import { microsPerMs } from './machine.ts';

/**
 * The wire between simulated nodes: what the transport over TCP is to real ones. Bytes arrive in
 * order after the time that one way takes on one host; all else (delay, loss, rate, cuts) is done by
 * the nodes' own shapers, as on runtimes without netem.
 */
export interface VirtualNetwork {
  /** Opens the data port of a node; one that had the name before is gone. */
  open(owner: HostOwner): Host;
  /** The process of this node is gone: its connections break, as the kernel of others learns. */
  vanish(peerId: string): void;
}

export interface HostOwner {
  readonly peerId: string;
  readonly dataAddress: string;
  readonly processor: Processor;
  readonly shaper: Shaper;
}

export interface NetworkOptions {
  /** From one node to another on the same host. */
  readonly oneWayMs: number;
  /** Both ends of a handshake, each. */
  readonly handshakeMs: number;
  readonly costs: SimulationCosts;
  /** Something happened that promises wait for. */
  readonly onPromise: () => void;
}

interface Port {
  readonly owner: HostOwner;
  readonly ends: Set<End>;
  accept: ((stream: LinkStream) => void) | null;
  early: LinkStream[];
  isAdmitted: (peerId: string) => boolean;
}

/** One end of a connection. */
interface End {
  readonly stream: LinkStream;
  readonly remotePeerId: string;
  readonly isOutbound: boolean;
  /** Bytes that have come over the wire. */
  arrive(bytes: Uint8Array): void;
  close(reason: string): void;
}

export function createVirtualNetwork(machine: Machine, options: NetworkOptions): VirtualNetwork {
  const ports = new Map<string, Port>();

  const dial = (from: Port, to: string): Promise<LinkStream> =>
    new Promise((resolve, reject) => {
      const { processor } = from.owner;
      const roundTripMs = 2 * options.oneWayMs;
      // The handshake: three ways, and work at both ends.
      const arrivesMs = processor.nowMs + roundTripMs + options.oneWayMs + options.handshakeMs;
      machine.at(arrivesMs, () => {
        // Whoever dialled has ended meanwhile.
        if (ports.get(from.owner.peerId) !== from) return;
        const port = ports.get(to);
        if (port === undefined || !port.isAdmitted(from.owner.peerId)) {
          const why = port === undefined ? 'nobody listens there' : 'it refused the connection';
          processor.post(() => {
            options.onPromise();
            reject(new Error(why));
          });
          return;
        }
        const [near, far] = connect(from, port);
        port.owner.processor.post(() => {
          port.owner.processor.spend(options.handshakeMs);
          if (port.accept === null) port.early.push(far.stream);
          else port.accept(far.stream);
        });
        processor.post(() => {
          processor.spend(options.handshakeMs);
          options.onPromise();
          resolve(near.stream);
        });
      });
    });

  const connect = (from: Port, to: Port): [near: End, far: End] => {
    const near: End = createEnd(
      from,
      { remotePeerId: to.owner.peerId, isOutbound: true },
      () => far,
    );
    const far: End = createEnd(
      to,
      { remotePeerId: from.owner.peerId, isOutbound: false },
      () => near,
    );
    return [near, far];
  };

  const createEnd = (
    port: Port,
    { remotePeerId, isOutbound }: Pick<End, 'remotePeerId' | 'isOutbound'>,
    other: () => End,
  ): End => {
    const { processor, shaper } = port.owner;
    const { costs } = options;
    let listener: LinkListener | null = null;
    let early: Uint8Array[] = [];
    let closedBecause: string | null = null;
    const spend = (micros: number, perKib: number, bytes: number): void =>
      processor.spend((micros + (perKib * bytes) / 1024) / microsPerMs);
    const shaped: ConnectionEnd = shaper.connect({
      write(parts) {
        let bytes = 0;
        for (const part of parts) bytes += part.length;
        spend(costs.sendMicros, costs.sendMicrosPerKib, bytes);
        machine.at(processor.nowMs + options.oneWayMs, () => {
          for (const part of parts) other().arrive(part);
        });
        return true;
      },
      deliver(bytes) {
        if (listener === null) early.push(bytes);
        else listener.onBytes(bytes);
      },
      drained: () => listener?.onDrain(),
      pauseReading: () => undefined,
      resumeReading: () => undefined,
    });
    const end: End = {
      remotePeerId,
      isOutbound,
      arrive(bytes) {
        processor.post(() => {
          if (closedBecause !== null) return;
          spend(costs.receiveMicros, costs.receiveMicrosPerKib, bytes.length);
          shaped.receive(bytes);
        });
      },
      close(reason) {
        if (closedBecause !== null) return;
        closedBecause = reason;
        port.ends.delete(end);
        shaped.drop();
        processor.post(() => listener?.onClose(reason));
      },
      stream: {
        peerId: remotePeerId,
        send(parts) {
          if (closedBecause !== null) return false;
          const [first] = parts;
          if (parts.length === 1 && first !== undefined) return shaped.send(first);
          return shaped.send(Buffer.concat(parts));
        },
        listen(next) {
          listener = next;
          const waiting = early;
          early = [];
          for (const bytes of waiting) next.onBytes(bytes);
          if (closedBecause !== null) next.onClose(closedBecause);
        },
        abort(reason) {
          end.close(reason);
          machine.at(processor.nowMs + options.oneWayMs, () => other().close('closed by the peer'));
        },
      },
    };
    port.ends.add(end);
    shaped.identify(remotePeerId);
    return end;
  };

  return {
    open(owner) {
      const port: Port = {
        owner,
        ends: new Set(),
        accept: null,
        early: [],
        isAdmitted: () => true,
      };
      ports.set(owner.peerId, port);
      return {
        peerId: owner.peerId,
        dataAddress: owner.dataAddress,
        dial: ({ peerId }, { signal }) => {
          options.onPromise();
          signal.throwIfAborted();
          return dial(port, peerId);
        },
        onStream(accept) {
          port.accept = accept;
          for (const stream of port.early) accept(stream);
          port.early = [];
        },
        admitOnly(isAdmitted) {
          port.isAdmitted = isAdmitted;
          for (const end of port.ends) {
            if (!end.isOutbound && !isAdmitted(end.remotePeerId)) end.stream.abort('not admitted');
          }
        },
        connected: () => [...port.ends].map(({ remotePeerId }) => remotePeerId),
        async close() {
          for (const { stream } of port.ends) stream.abort('the node is shutting down');
          if (ports.get(owner.peerId) === port) ports.delete(owner.peerId);
        },
      };
    },
    vanish(peerId) {
      const port = ports.get(peerId);
      ports.delete(peerId);
      for (const { stream } of port?.ends ?? []) stream.abort('the process is gone');
    },
  };
}
