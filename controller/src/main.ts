#!/usr/bin/env -S node --max-semi-space-size=4
/** Starts the command line; the only place that sets the exit code. */
import { createEnvironment } from './cli/environment.ts';
import { runCli } from './cli/run-cli.ts';
import { createWiring } from './cli/wiring.ts';

process.exitCode = await runCli(createEnvironment(), createWiring);
