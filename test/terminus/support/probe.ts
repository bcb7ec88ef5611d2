import type { LogtoHealth } from 'nestjs-logto/terminus';
import type { TestApp } from '../../support/app/app.js';

/** The result of a health check of Logto. */
export interface Probe {
  /** The HTTP status. */
  readonly http: number;
  readonly logto: LogtoHealth & { readonly status: string };
  /** The whole response. */
  readonly text: string;
}

/** Calls a health check, as Kubernetes does. */
export async function probe({ baseUrl }: Pick<TestApp, 'baseUrl'>, path = 'ready'): Promise<Probe> {
  const response = await fetch(`${baseUrl}/health/${path}`);
  const text = await response.text();
  const { details } = JSON.parse(text) as { details: { logto: Probe['logto'] } };
  return { http: response.status, logto: details.logto, text };
}

/** Calls a health check many times at once. */
export function probes(app: Pick<TestApp, 'baseUrl'>): Promise<Probe[]> {
  return Promise.all(Array.from({ length: 10 }, () => probe(app)));
}
