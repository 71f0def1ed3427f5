import { keepYoungGenerationSmall } from './shell/young-generation.ts';

// Before anything else is loaded: loading is what would make it grow.
keepYoungGenerationSmall();
const { runNode } = await import('./shell/run-node.ts');
await runNode();
