/** What a kernel that cannot shape lacks, and how its owner may come by it. Pure. */
import type { NetemSupport } from '../runtime.ts';
import type { DockerInfo } from './docker-replies.ts';

/**
 * Shell: tries every part of what shaping uses, each by itself, on the loopback device of a network
 * namespace of its own. Prints `NAME ok`, or `NAME` and what the tool said.
 */
export const PROBE_SCRIPT: string = `
try() {
  name=$1
  shift
  if said=$("$@" 2>&1); then echo "$name ok"; else echo "$name" $said; fi
}
for tool in perl nsenter ip tc ping base64 gzip; do
  command -v $tool >/dev/null || echo "tool $tool"
done
for tool in ip tc; do
  case $($tool -V 2>&1) in *iproute2*) ;; *) echo "tool $tool of iproute2" ;; esac
done
perl -MTime::HiRes -e 1 2>/dev/null || echo "tool perl with Time::HiRes"
ip link set lo up
ip link set dev lo gso_max_segs 1 2>/dev/null || echo "tool ip that knows gso_max_segs"
try sch_htb tc qdisc add dev lo root handle 7e57: htb default 0
try htb_class tc class add dev lo parent 7e57: classid 7e57:1 htb rate 1gbit
try cls_u32 tc filter add dev lo parent 7e57: protocol ip u32 match ip dst 127.0.0.2/32 flowid 7e57:1
tc qdisc del dev lo root 2>/dev/null
try sch_netem tc qdisc add dev lo root netem delay 5ms 1ms loss 1% rate 100gbit limit 1000
tc qdisc show dev lo
# Words that only some networks use. Tables are files of the image.
if tc qdisc del dev lo root 2>/dev/null; then
  for table in normal pareto; do
    tc qdisc add dev lo root netem delay 5ms 1ms distribution $table ||
      echo "tool tc with its table $table.dist"
    tc qdisc del dev lo root
  done 2>/dev/null
fi
try ifb ip link add name tb-dup type ifb
try sch_ingress tc qdisc add dev lo clsact
try act_mirred tc filter add dev lo egress protocol ip u32 match ip dst 127.0.0.2/32 action mirred egress redirect dev lo`;

const modules = ['sch_netem', 'sch_htb', 'cls_u32'];
/** What plan/netem/duplicate-links.ts needs beyond them. */
const duplicatingModules = ['ifb', 'sch_ingress', 'act_mirred'];

/** A rootless daemon cannot give a container its host's processes, so nobody can enter the nodes. */
export const rootlessSupport: NetemSupport = {
  kind: 'missing',
  missing: ["a Docker daemon that may enter its nodes' networks: this one is rootless"],
  hint: 'Use a Docker daemon that runs as root for netem, or let nodes shape: --shaper userspace.',
};

/** @returns names of the programs that the image of the helper lacks */
export function readMissingTools(output: string): string[] {
  return [...output.matchAll(/^tool (.+)$/gm)].map((match) => match[1] ?? '');
}

/** @param output of PROBE_SCRIPT */
export function readNetemSupport(
  output: string,
  info: Pick<DockerInfo, 'OperatingSystem' | 'KernelVersion'>,
): NetemSupport {
  const isMissing = (name: string): boolean => !new RegExp(`^${name} ok$`, 'm').test(output);
  const failed = modules.filter(isMissing);
  if (failed.length === 0 && /^qdisc netem .*delay 5ms/m.test(output)) {
    const lacking = duplicatingModules.filter(isMissing);
    if (lacking.length === 0) return { kind: 'works' };
    return {
      kind: 'works',
      toDuplicate: { missing: nameAll(lacking), hint: hintFor(lacking, info) },
    };
  }
  if (/not permitted|permission denied/i.test(output)) {
    return {
      kind: 'missing',
      missing: ['the right to set queueing disciplines, also in a privileged container'],
      hint: 'Run the Docker daemon as root and outside of containers, or use --shaper userspace.',
    };
  }
  const missing = nameAll(failed);
  return {
    kind: 'missing',
    missing: missing.length > 0 ? missing : ['a netem qdisc that keeps what it is set to'],
    hint: hintFor(failed, info),
  };
}

function nameAll(names: readonly string[]): string[] {
  return names.map((name) => `the kernel module ${name}`);
}

function hintFor(
  failed: readonly string[],
  {
    OperatingSystem: os,
    KernelVersion: kernel,
  }: Pick<DockerInfo, 'OperatingSystem' | 'KernelVersion'>,
): string {
  const built = /microsoft|wsl/i.test(kernel)
    ? 'WSL 2'
    : /linuxkit|docker desktop/i.test(`${kernel} ${os}`)
      ? 'Docker Desktop'
      : /buildroot|minikube/i.test(os)
        ? 'minikube'
        : /firecracker|-fc-|kata/i.test(kernel)
          ? 'this micro-VM'
          : null;
  if (built !== null) {
    return `The kernel of ${built} (${kernel}) comes without it; use --shaper userspace.`;
  }
  const load =
    failed.length > 1 ? `modprobe -a ${failed.join(' ')}` : `modprobe ${failed[0] ?? 'sch_netem'}`;
  if (/ubuntu/i.test(os)) {
    return `On the Docker host, as root: apt-get install linux-modules-extra-${kernel}; ${load}`;
  }
  if (/fedora|red hat|rhel|centos|rocky|alma|oracle/i.test(os)) {
    return `On the Docker host, as root: dnf install kernel-modules-extra-${kernel}; ${load}`;
  }
  return `On the Docker host, as root: ${load}; if there is no such module, use --shaper userspace.`;
}
