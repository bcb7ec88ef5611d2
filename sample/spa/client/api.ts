import { signIn } from 'nestjs-logto/browser';

/** Calls the API of the app. A 401 response redirects to the sign-in, and from there back to this page. */
export async function callApi<T>(path: string, method = 'GET', body?: object): Promise<T> {
  const response = await fetch(`/api/${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (response.status === 401) return signIn();
  const answer = (await response.json()) as T & { detail?: string; message?: string };
  if (!response.ok) throw new Error(answer.detail ?? answer.message ?? response.statusText);
  return answer;
}
