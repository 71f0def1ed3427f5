import type { OptionSpec } from '../command.ts';

/** Holds the token that a server wants, at both ends. */
export const tokenVariable = 'TESTBED_SERVER_TOKEN';

export const serverDefault = 'http://127.0.0.1:8080';

export const serverOption: OptionSpec = {
  kind: 'text',
  describe: 'Server to ask (testbed serve); its token in TESTBED_SERVER_TOKEN',
  value: 'url',
};

/** Of the verbs that measure. */
export const waitOption: OptionSpec = {
  kind: 'text',
  describe: 'With --server: whether to stay until the run is over',
  choices: ['true', 'false'],
  defaultText: 'true',
};
