/**
 * Every expected failure by its permanent code. docs/errors.md is generated from this table
 * (`npm run docs`); a tidy test fails when the two differ, and another when a code is never used.
 */

/** Exit codes of the command line: what a script can rely on. */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  config: 3,
  environment: 4,
  runFailed: 5,
  untrusted: 6,
  thresholdMissed: 7,
  regression: 8,
  interrupted: 130,
} as const;
export type ExitKind = keyof typeof exitCodes;

interface CatalogueEntry {
  readonly exit: ExitKind;
  /** One sentence for the reference: when this happens. */
  readonly when: string;
}

export const catalogue = {
  USAGE: { exit: 'usage', when: 'The command line cannot be understood.' },
  CONFIG_UNREADABLE: { exit: 'config', when: 'The scenario file cannot be read.' },
  CONFIG_INVALID: { exit: 'config', when: 'The scenario has problems; all are listed at once.' },
  PLAN_TOO_LARGE: { exit: 'config', when: 'The plan cannot fit the host, whatever is tried.' },
  DOCKER_UNREACHABLE: { exit: 'environment', when: 'No Docker daemon answers.' },
  DOCKER_PERMISSION: { exit: 'environment', when: 'The Docker socket refuses this user.' },
  DOCKER_FAILED: { exit: 'environment', when: 'The Docker daemon answered with an error.' },
  IMAGE_MISSING: { exit: 'environment', when: 'The node image is not on the Docker host.' },
  IMAGE_INCOMPATIBLE: { exit: 'environment', when: 'The image speaks another contract version.' },
  NODE_COMMAND_UNUSABLE: {
    exit: 'environment',
    when: 'The program that is to be started as a node is not there or may not be executed.',
  },
  SUBNET_UNAVAILABLE: { exit: 'environment', when: 'No free subnet was found for a network.' },
  SHAPER_UNAVAILABLE: {
    exit: 'environment',
    when: 'The shaper that the scenario asks for cannot work here.',
  },
  SHAPING_FAILED: { exit: 'runFailed', when: 'The network could not be shaped as planned.' },
  SHAPING_FOREIGN: {
    exit: 'environment',
    when: 'A link of a node carries a qdisc that is not ours; it was left as it is.',
  },
  NETWORK_MISMATCH: {
    exit: 'untrusted',
    when: 'The network was measured and is not the one asked for.',
  },
  PORT_IN_USE: { exit: 'environment', when: 'A port that is needed is taken.' },
  DISK_FULL: { exit: 'environment', when: 'The disk has no room left.' },
  DATA_FOLDER_UNUSABLE: { exit: 'environment', when: 'The data folder cannot be used.' },
  DATABASE_UNAVAILABLE: { exit: 'environment', when: 'Postgres cannot be reached or started.' },
  DATABASE_MIGRATION: { exit: 'environment', when: 'The schema in the database is not ours.' },
  RUN_UNKNOWN: { exit: 'usage', when: 'No stored run has the given id.' },
  EVIDENCE_UNREADABLE: {
    exit: 'usage',
    when: 'A file that is to hold evidence cannot be read, or is no result of this testbed.',
  },
  RUN_ACTIVE: { exit: 'usage', when: 'The run to be removed still has a living controller.' },
  NODE_START_FAILED: { exit: 'runFailed', when: 'A node did not start.' },
  NODE_DIED: { exit: 'runFailed', when: 'A node ended while it was needed.' },
  NODE_EVENT_FAILED: {
    exit: 'runFailed',
    when: 'What was planned for a node could not be done to it: paused, squeezed, started again.',
  },
  NODE_OUT_OF_MEMORY: { exit: 'runFailed', when: 'The kernel killed a node at its memory limit.' },
  SIMULATION_BROKEN: { exit: 'runFailed', when: 'The thread that simulates the nodes has ended.' },
  NODE_UNREACHABLE: { exit: 'runFailed', when: 'A node does not answer on the control network.' },
  NODE_CONTRACT: { exit: 'runFailed', when: 'A node answered outside the contract.' },
  NODES_NOT_READY: { exit: 'runFailed', when: 'Not all nodes were ready before the deadline.' },
  LINKS_BLOCKED: {
    exit: 'environment',
    when: 'All nodes answer, but none of the links between them came up: a firewall drops TCP.',
  },
  SAFETY_VIOLATION: { exit: 'runFailed', when: 'Nodes committed different logs.' },
  RUN_UNTRUSTED: { exit: 'untrusted', when: 'The run finished, but a size has no valid result.' },
  NOT_COMPARABLE: {
    exit: 'untrusted',
    when: 'The runs or cells differ in more than what is to be compared; the keys are named.',
  },
  REGRESSION_FOUND: {
    exit: 'regression',
    when: 'A comparison says that something became worse, by more than noise explains.',
  },
  THRESHOLD_MISSED: {
    exit: 'thresholdMissed',
    when: 'A run does not reach a threshold of its scenario.',
  },
  THRESHOLD_UNMEASURED: {
    exit: 'untrusted',
    when: 'A threshold cannot be judged: its cell is invalid, or has no such figure.',
  },
  REPORT_UNWRITABLE: { exit: 'environment', when: 'A report or export cannot be written.' },
  REQUEST_INVALID: {
    exit: 'usage',
    when: 'A request to the server is not as its description says.',
  },
  REQUEST_REFUSED: {
    exit: 'usage',
    when: 'The server does not do that for whoever asks: another host name, another page, a command.',
  },
  REQUEST_TOO_LARGE: { exit: 'usage', when: 'A request to the server is larger than it may be.' },
  TOO_MANY_REQUESTS: { exit: 'environment', when: 'Somebody asks the server too often.' },
  ROUTE_UNKNOWN: { exit: 'usage', when: 'The server has no such address.' },
  TOKEN_INVALID: { exit: 'usage', when: 'The server wants a token, and got none or a wrong one.' },
  TOKEN_UNUSABLE: {
    exit: 'usage',
    when: 'The server is to be reached from elsewhere and has no token that is fit for it.',
  },
  QUEUE_FULL: { exit: 'environment', when: 'As many runs wait as may.' },
  QUEUE_CHANGED: {
    exit: 'usage',
    when: 'The queue is no longer the one that was to be put in order.',
  },
  RUN_ENDED: { exit: 'usage', when: 'The run to be stopped has ended.' },
  SERVER_RUNNING: { exit: 'environment', when: 'Another server lives in the same data folder.' },
  SERVER_ENDED: { exit: 'interrupted', when: 'The server ended while the run was under way.' },
  SERVER_UNREACHABLE: { exit: 'environment', when: 'No server answers where one was named.' },
  INTERRUPTED: { exit: 'interrupted', when: 'The run was stopped by a person or a signal.' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;
