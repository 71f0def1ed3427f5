import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import type { Query } from '../../controller/src/serve/panels/panel.ts';

/** As compose/grafana/provisioning/datasources names them: the uids are the contract. */
export const dataSources: Readonly<Record<Query['source'], DataSourceRef>> = {
  prometheus: { type: 'prometheus', uid: 'testbed-prometheus' },
  results: { type: 'grafana-postgresql-datasource', uid: 'testbed-postgres' },
};
