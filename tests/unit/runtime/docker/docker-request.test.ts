import { addAbortSignal, PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../../controller/src/lib/clock.ts';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import {
  createRequest,
  createStreamRequest,
  type DialingModem,
} from '../../../../controller/src/runtime/docker/docker-request.ts';

const address = 'unix:///x';
const signal = new AbortController().signal;
const request = { action: 'look', method: 'GET', path: '/x', signal };

/** Never answers, and fails as an aborted request fails. */
const deaf: DialingModem = {
  dial: ({ abortSignal }, done) => {
    abortSignal.addEventListener('abort', () => done(new Error('aborted'), null));
  },
};

describe('createRequest', () => {
  it('gives up on a daemon that does not answer', async () => {
    const clock: Clock = { ...systemClock, timeoutSignal: () => AbortSignal.timeout(5) };
    const send = createRequest(deaf, { address, clock });
    await expect(send(request)).rejects.toMatchObject({
      code: 'DOCKER_FAILED',
      details: { dockerReason: 'timeout', action: 'look' },
    });
  });

  it('rejects with the reason of the caller, not with an error of its own', async () => {
    const abort = new AbortController();
    const send = createRequest(deaf, { address, clock: systemClock });
    const sending = send({ ...request, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(sending).rejects.toThrow('enough');
  });

  it('sends nothing when the signal has fired before', async () => {
    const modem: DialingModem = {
      dial: () => {
        throw new Error('was sent');
      },
    };
    const send = createRequest(modem, { address, clock: systemClock });
    const fired = AbortSignal.abort(new Error('too late'));
    await expect(send({ ...request, signal: fired })).rejects.toThrow('too late');
  });
});

describe('createStreamRequest', () => {
  /** Begins at once; what it began ends with the signal, as a connection does. */
  const prompt: DialingModem = {
    dial: ({ abortSignal }, done) => done(null, addAbortSignal(abortSignal, new PassThrough())),
  };

  it('gives up on a daemon that does not begin', async () => {
    const clock: Clock = { ...systemClock, timeoutSignal: () => AbortSignal.timeout(5) };
    const open = createStreamRequest(deaf, { address, clock });
    await expect(open(request)).rejects.toMatchObject({ details: { dockerReason: 'timeout' } });
  });

  it('lets a stream go on for longer than it may take to begin', async () => {
    const timeout = new AbortController();
    const clock: Clock = { ...systemClock, timeoutSignal: () => timeout.signal };
    const body = await createStreamRequest(prompt, { address, clock })(request);
    timeout.abort(new Error('time is up'));
    expect(body.destroyed).toBe(false);
    body.destroy();
  });

  it('ends a stream with the signal', async () => {
    const abort = new AbortController();
    const open = createStreamRequest(prompt, { address, clock: systemClock });
    const body = await open({ ...request, signal: abort.signal });
    body.on('error', () => undefined);
    abort.abort();
    expect(body.destroyed).toBe(true);
  });
});
