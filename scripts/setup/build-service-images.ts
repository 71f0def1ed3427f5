/**
 * Builds `prsm-testbed-postgres:local` and `prsm-testbed-prometheus:local` out of the packages of
 * this machine, for hosts without an image registry. An image whose label says that it was built from
 * the same recipe is left alone.
 *
 * usage: build-service-images.ts [--force]
 */
import type Docker from 'dockerode';
import { imageLabels } from '../../node-image/src/contract/index.ts';
import { hashFiles, importRootfs, labelsOf, runBuild, say } from './image-building.ts';

interface ServiceImage {
  readonly image: string;
  readonly recipe: string;
  /** What else goes into it. */
  readonly sources: readonly string[];
  readonly changes: readonly string[];
}

const images: readonly ServiceImage[] = [
  {
    image: 'prsm-testbed-postgres:local',
    recipe: 'scripts/setup/make-postgres-rootfs',
    sources: ['compose/postgres/entrypoint'],
    changes: ['USER 999:999', 'ENV LC_ALL=C.UTF-8', 'ENTRYPOINT ["/usr/bin/postgres-entrypoint"]'],
  },
  {
    image: 'prsm-testbed-prometheus:local',
    recipe: 'scripts/setup/make-prometheus-rootfs',
    sources: [],
    changes: ['USER 65534:65534', 'WORKDIR /prometheus', 'ENTRYPOINT ["/usr/bin/prometheus"]'],
  },
];

for (const each of images)
  await runBuild(each.image, (docker, options) => build(docker, each, options));

async function build(
  docker: Docker,
  { image, recipe, sources, changes }: ServiceImage,
  { force }: { readonly force: boolean },
): Promise<void> {
  const startedMs = performance.now();
  const sourceHash = hashFiles([recipe, 'scripts/setup/messages.sh', ...sources]);
  if (!force && (await labelsOf(docker, image))?.[imageLabels.sourceHash] === sourceHash) {
    say(`ok: image ${image} is up to date`);
    return;
  }
  await importRootfs(docker, {
    image,
    recipe: [recipe],
    changes: [...changes, `LABEL ${imageLabels.sourceHash}=${sourceHash}`],
    hint: 'Load an image on this Docker host instead (docker load), and name it in compose/.env.',
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`built image ${image} in ${seconds} s`);
}
