/**
 * The ready matrix `cloud`: round trips between 12 regions of IBM Cloud, averages over 18 October
 * to 16 November 2025, between virtual servers, by netperf TCP request/response, in ms.
 *
 * Source: IBM Cloud VPC documentation, "Network latency dashboards"
 * (https://cloud.ibm.com/docs/vpc?topic=vpc-network-latency-dashboard; in the repository
 * ibm-cloud-docs/vpc: about-network-latency.md, _include-segments/network-latency.md).
 * `npm run docs` writes it to topologies/cloud-regions.csv, to be looked at and copied.
 */
export const cloudRegionsFile = 'topologies/cloud-regions.csv';

export const cloudRegionsCsv = `# Round trips in ms between 12 regions of IBM Cloud: averages over 18 October to 16 November 2025,
# between virtual servers, by netperf TCP request/response. Rows are where packets start.
# Source: IBM Cloud VPC documentation, "Network latency dashboards",
# https://cloud.ibm.com/docs/vpc?topic=vpc-network-latency-dashboard (repository ibm-cloud-docs/vpc,
# _include-segments/network-latency.md, table of 16 November 2025). Measured facts, restated; names
# and arrangement are ours, under the licence of this project. IBM promises nothing about them.
from,dallas,toronto,washington,frankfurt,london,madrid,montreal,chennai,osaka,sydney,tokyo,sao-paulo
dallas,,34,32,122,112,117,42,246,150,185,142,142
toronto,34,,19,93,82,106,10,222,144,216,136,127
washington,31,20,,86,75,87,16,234,147,215,139,116
frankfurt,122,93,85,,13,29,89,141,235,249,224,194
london,112,82,76,13,,27,79,144,247,260,236,185
madrid,119,106,88,29,27,,102,150,260,274,250,204
montreal,41,11,16,89,79,102,,218,152,223,145,125
chennai,246,217,240,142,142,154,216,,111,125,100,357
osaka,151,142,148,235,246,260,150,111,,125,9,289
sydney,185,213,214,252,261,275,222,125,124,,118,323
tokyo,142,136,143,224,235,250,147,100,9,117,,282
sao-paulo,143,129,116,195,185,204,124,352,289,325,282,
`;
