import { runNode } from './shell/run-node.ts';

await runNode();
