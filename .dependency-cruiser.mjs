/**
 * The rules that hold the house up (ARCHITECTURE.md), enforced by `npm run check:imports`.
 * Each rule's comment is what a person sees who breaks it.
 */
const stages = ['deploy', 'shape', 'verify', 'load', 'faults', 'observe'];
const pure =
  '^(node-image/src/(engine|codec|byzantine|contract)|controller/src/(plan|judge|analyse|report|model))/';
const effectful =
  '^(node:)?(fs|net|http|https|http2|dgram|tls|dns|child_process|worker_threads|cluster|os|process|timers|readline|tty|perf_hooks|repl|v8|vm|inspector)(/|$)';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...stages.map((stage) => ({
      name: `stage-${stage}-imports-no-stage`,
      comment:
        'A stage never imports a stage; only run/ knows them all. verify/ takes the port of shape/.',
      severity: 'error',
      from: { path: `^controller/src/${stage}/` },
      to: {
        path: `^controller/src/(run|judge|${stages.filter((other) => other !== stage).join('|')})/`,
        ...(stage === 'verify' ? { pathNot: '^controller/src/shape/[^/]+\\.ts$' } : {}),
      },
    })),
    {
      name: 'only-cli-picks-adapters',
      comment: 'Adapters are chosen in cli/wiring.ts; everyone else takes the port.',
      severity: 'error',
      from: { path: '^controller/src/', pathNot: '^controller/src/(cli|runtime|store)/' },
      to: { path: '^controller/src/(runtime/(docker|process)|store/(?!store\\.ts$))' },
    },
    {
      name: 'store-keeps-what-it-is-given',
      comment: 'Data flows one way: what is computed of a record is in it before it is stored.',
      severity: 'error',
      from: { path: '^controller/src/store/' },
      to: { path: '^controller/src/(analyse|judge|report|run|observe)/' },
    },
    {
      name: 'only-runtimes-reach-nodes',
      comment:
        'A runtime hands out clients of its nodes (RunningNetwork.clients); nobody else knows how they are reached.',
      severity: 'error',
      from: { path: '^controller/src/', pathNot: '^controller/src/(control|runtime)/' },
      to: { path: '^controller/src/control/(?!node-client\\.ts$)' },
    },
    {
      name: 'stages-know-no-http',
      comment: 'Nodes are talked to through their clients (control/node-client.ts).',
      severity: 'error',
      from: {
        path: `^controller/src/(${stages.join('|')}|run|conform|ledger|config)/|^controller/src/control/node-client\\.ts$`,
      },
      to: { path: '^(node:)?(http|https|http2|net|tls)$|^controller/src/lib/http-exchange\\.ts$' },
    },
    {
      name: 'controller-sees-only-the-contract',
      comment: 'The controller knows a node by its contract alone, so any image can be tested.',
      severity: 'error',
      from: { path: '^controller/' },
      to: { path: '^node-image/', pathNot: '^node-image/src/contract/index\\.ts$' },
    },
    {
      name: 'node-never-sees-controller',
      comment: 'A node is put under test; it knows nothing of who tests it.',
      severity: 'error',
      from: { path: '^node-image/' },
      to: { path: '^controller/' },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: 'Nothing here may read a clock, a file, a socket or chance: pass values in.',
      severity: 'error',
      from: { path: pure },
      to: { path: effectful, dependencyTypes: ['core'] },
    },
    {
      name: 'pure-rooms-import-no-adapters',
      comment: 'Pure logic does not know the stages, ports or the command line.',
      severity: 'error',
      from: { path: '^controller/src/(plan|judge|analyse|report|model)/' },
      to: {
        path: '^controller/src/(cli|run|ledger|runtime|store|control|config|deploy|shape|verify|load|faults|observe)/',
      },
    },
    {
      name: 'engine-stands-alone',
      comment: 'Engines know consensus and nothing else; the shell carries out their outputs.',
      severity: 'error',
      from: { path: '^node-image/src/engine/' },
      to: { path: '^(node-image/src/(?!engine/|codec/)|node_modules/(?!zod/))' },
    },
    {
      name: 'codec-knows-bytes-only',
      comment: 'What messages look like is in the folder of their protocol.',
      severity: 'error',
      from: { path: '^node-image/src/codec/' },
      to: { path: '^node-image/src/(?!codec/)' },
    },
    {
      name: 'protocols-by-their-registry',
      comment:
        'Outside of the engine room a protocol is what the registry hands out: seam/protocol.ts.',
      severity: 'error',
      from: { path: '^node-image/src/', pathNot: '^node-image/src/engine/' },
      to: { path: '^node-image/src/engine/(?!seam/|shared/|registry\\.ts$)' },
    },
    {
      name: 'protocols-do-not-know-each-other',
      comment: 'What protocols share is in shared/, or chained/ for those with chained blocks.',
      severity: 'error',
      from: { path: '^node-image/src/engine/([^/]+)/' },
      to: {
        path: '^node-image/src/engine/',
        pathNot: '^node-image/src/engine/($1|seam|shared|chained)/',
      },
    },
    {
      name: 'shared-rooms-know-no-protocol',
      comment: 'shared/ knows the seam, chained/ shared/ too; neither a protocol.',
      severity: 'error',
      from: { path: '^node-image/src/engine/(seam|shared)/' },
      to: { path: '^node-image/src/engine/(?!seam/|shared/)' },
    },
    {
      name: 'contract-knows-parameters-only',
      comment: 'Of the node the contract knows the parameters of its engines, by the registry.',
      severity: 'error',
      from: { path: '^node-image/src/contract/' },
      to: {
        path: '^node-image/src/(?!contract/|engine/registry\\.ts$|engine/seam/scenario-field\\.ts$)',
      },
    },
    {
      name: 'interceptors-know-no-protocol',
      comment: 'A behaviour wraps any engine: what takes a protocol comes through its forger.',
      severity: 'error',
      from: { path: '^node-image/src/byzantine/' },
      to: {
        path: '^node-image/src/|^node_modules/',
        pathNot: '^node-image/src/(byzantine|contract|engine/seam)/',
      },
    },
    {
      name: 'cli-is-the-top',
      comment: 'Nobody below imports the command line.',
      severity: 'error',
      from: { path: '^controller/src/', pathNot: '^controller/src/(cli/|main\\.ts$)' },
      to: { path: '^controller/src/cli/' },
    },
    {
      name: 'page-runs-in-a-browser',
      comment:
        'The page asks the server over HTTP: of the controller it knows types, its panels, and the pure words of lib/, model/ and report/.',
      severity: 'error',
      from: { path: '^controller/src/serve/page/', pathNot: 'index-page\\.ts$' },
      to: {
        path: '^controller/src/',
        pathNot: '^controller/src/(serve/(page|panels)|lib|model|report|plan)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'page-is-bundled-apart',
      comment: 'Nobody imports what runs in a browser; scripts/build-page.ts bundles it.',
      severity: 'error',
      from: { path: '^controller/src/', pathNot: '^controller/src/serve/page/' },
      to: { path: '^controller/src/serve/page/(?!index-page\\.ts$)' },
    },
    {
      name: 'page-needs-no-node',
      comment: 'There is no node: in a browser.',
      severity: 'error',
      from: { path: '^controller/src/serve/page/' },
      to: { path: effectful, dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'Data flows one way; a type that two files need has a file below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js'] },
  },
};
