/**
 * Sees to it that images are there: asks their registry for those that are not. Ends with 1 at the
 * first that cannot be had, and says why; gives a registry that does not begin to answer 8 s.
 *
 * usage: pull-images.ts NAME...
 */
import { labelsOf, pull, runBuild, say } from './image-building.ts';

for (const image of process.argv.slice(2)) {
  await runBuild(image, async (docker) => {
    if ((await labelsOf(docker, image)) !== null) {
      say(`ok: image ${image} is here`);
      return;
    }
    const refusal = await pull(docker, image);
    if (refusal === null) {
      say(`pulled ${image}`);
      return;
    }
    say(`no registry gives ${image} (${refusal})`);
    process.exitCode = 1;
  });
  if (process.exitCode !== undefined && process.exitCode !== 0) break;
}
