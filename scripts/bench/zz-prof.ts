import { edgesOf } from '../../controller/src/plan/topology/create-graph.ts';
import { defaultEngine, formNetwork, startLocalNetwork } from './local-network.ts';
import { readFileSync } from 'node:fs';
const n = Number(process.argv[2]); const degree = process.argv[3] === 'full' ? null : Number(process.argv[3]);
const edges = degree === null ? null : edgesOf({ kind: 'mesh', degree }, n);
const cpu=(pid:number)=>{const s=readFileSync(`/proc/${pid}/stat`,'utf8');const [u=0,k=0]=s.slice(s.lastIndexOf(')')+2).split(' ').slice(11,13).map(Number);return (u+k)/100;};
const t0=performance.now();
const execArgv = process.argv[4] ? ['--cpu-prof', `--cpu-prof-dir=${process.argv[4]}`] : [];
await using network = await startLocalNetwork({ nodeCount: n, execArgv, ...(process.env.CC ? {env:{NODE_COMPILE_CACHE: process.env.CC}} : {}) });
const t1=performance.now(); const c1=network.nodes.reduce((s,{pid})=>s+cpu(pid),0);
const own1=process.cpuUsage();
await formNetwork(network.nodes, defaultEngine, 'x', edges);
const t2=performance.now(); const c2=network.nodes.reduce((s,{pid})=>s+cpu(pid),0);
const own2=process.cpuUsage();
console.log(n, degree, `spawn ${((t1-t0)/1e3).toFixed(1)} s cpu ${c1.toFixed(1)}; form ${((t2-t1)/1e3).toFixed(1)} s cpu ${(c2-c1).toFixed(1)}; own cpu ${((own1.user+own1.system)/1e6).toFixed(1)} ${((own2.user+own2.system-own1.user-own1.system)/1e6).toFixed(1)}`);
if (process.argv[4]) { await new Promise(r=>setTimeout(r,200)); await network.nodes[0]!.kill('SIGTERM'); await network.nodes[1]!.kill('SIGTERM'); }
