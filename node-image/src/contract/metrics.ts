/**
 * Names of the Prometheus metrics that the controller reads from every node. A node may export
 * more; these are stored as time series with each repetition. Described in docs/metrics.md.
 */
export const metricNames = {
  transactionsSubmitted: 'consensus_transactions_submitted_total',
  transactionsCommitted: 'consensus_transactions_committed_total',
  transactionsRejected: 'consensus_transactions_rejected_total',
  blocksCommitted: 'consensus_blocks_committed_total',
  blocksProposed: 'consensus_blocks_proposed_total',
  roundsTimedOut: 'consensus_rounds_timed_out_total',
  round: 'consensus_round',
  committedHeight: 'consensus_committed_height',
  mempoolTransactions: 'consensus_mempool_transactions',
  commitLatencySeconds: 'consensus_commit_latency_seconds',
  blockLatencySeconds: 'consensus_block_latency_seconds',
  signaturesVerified: 'consensus_signatures_verified_total',
  safetyViolations: 'consensus_safety_violations_total',
  messagesSent: 'network_messages_sent_total',
  messagesReceived: 'network_messages_received_total',
  messagesDropped: 'network_messages_dropped_total',
  bytesSent: 'network_bytes_sent_total',
  bytesReceived: 'network_bytes_received_total',
  linksUp: 'network_links_up',
  shapedSegments: 'network_shaped_segments_total',
  shapedSegmentsLost: 'network_shaped_segments_lost_total',
  shapedBytes: 'network_shaped_bytes_total',
  cpuSeconds: 'process_cpu_seconds_total',
  residentMemoryBytes: 'process_resident_memory_bytes',
  eventLoopLagP99Seconds: 'nodejs_eventloop_lag_p99_seconds',
  containerCpuSeconds: 'container_cpu_usage_seconds_total',
  containerCpuPeriods: 'container_cpu_periods_total',
  containerCpuPeriodsThrottled: 'container_cpu_throttled_periods_total',
  containerCpuThrottledSeconds: 'container_cpu_throttled_seconds_total',
  containerMemoryWorkingSetBytes: 'container_memory_working_set_bytes',
  containerMemoryLimitBytes: 'container_memory_limit_bytes',
} as const;
export type MetricName = (typeof metricNames)[keyof typeof metricNames];
