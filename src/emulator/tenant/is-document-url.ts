/** Whether a client id is the URL of a client ID metadata document. Registered applications do not have such ids. */
export function isDocumentUrl(clientId: string): boolean {
  return /^https?:\/\//i.test(clientId) && URL.canParse(clientId);
}
