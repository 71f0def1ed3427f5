/**
 * Metrics that are on no dashboard, each with the reason. A test holds docs/metrics.md, the
 * dashboards and this list against each other: every metric is in exactly one of the latter two.
 */
export const hiddenMetrics: Readonly<Record<string, string>> = {
  process_cpu_user_seconds_total: 'process_cpu_seconds_total has both parts',
  process_cpu_system_seconds_total: 'process_cpu_seconds_total has both parts',
  process_start_time_seconds: 'restarts are in the event log, with their reason',
  process_virtual_memory_bytes: 'says nothing about memory in use: V8 reserves tens of gigabytes',
  process_heap_bytes: 'the data segment; nodejs_heap_size_used_bytes says what is in use',
  nodejs_eventloop_lag_min_seconds: 'the best case tells nothing about saturation',
  nodejs_eventloop_lag_max_seconds: 'one outlier a scrape; the 99th percentile is shown',
  nodejs_eventloop_lag_mean_seconds:
    'hides what lag does to a protocol; the 99th percentile is shown',
  nodejs_eventloop_lag_p50_seconds:
    'near 0 until nothing works any more; the 99th percentile is shown',
  nodejs_eventloop_lag_p90_seconds: 'the 99th percentile is shown',
  nodejs_active_resources: 'for debugging a node',
  nodejs_active_handles: 'for debugging a node; process_open_fds is shown',
  nodejs_active_requests: 'for debugging a node',
  nodejs_heap_space_size_total_bytes: 'by heap space: for debugging a leak; the sum is shown',
  nodejs_heap_space_size_used_bytes: 'by heap space: for debugging a leak; the sum is shown',
  nodejs_heap_space_size_available_bytes: 'by heap space: for debugging a leak',
  nodejs_version_info: 'testbed_build_info has the version of Node.js',
};
