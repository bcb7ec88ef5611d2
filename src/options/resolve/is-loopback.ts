const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a hostname, as `URL` formats it, is that of the loopback interface. */
export function isLoopback(hostname: string): boolean {
  return (
    loopbackNames.has(hostname) || hostname.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
