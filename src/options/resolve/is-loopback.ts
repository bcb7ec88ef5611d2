const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a hostname, as `URL` writes it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    loopbackNames.has(hostname) || hostname.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
