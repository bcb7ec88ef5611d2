/** Whether a client id is the URL of a client ID metadata document. No registered application has such an id. */
export function isDocumentUrl(clientId: string): boolean {
  return /^https?:\/\//i.test(clientId) && URL.canParse(clientId);
}
