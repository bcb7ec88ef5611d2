/**
 * A sign-in or a sign-out could not be started or finished.
 */
export const signInErrorCodes = [
  /**
   * There is no pending sign-in for this callback. It was finished before, is older than an hour, or was started in another
   * browser or on another host name.
   * @status 400
   * @remedy Start the sign-in again. Redirect other host names to the one in `baseUrl`. See
   * [Troubleshooting](docs/troubleshooting.md).
   */
  'sign_in_session.not_found',
  /**
   * The sign-in cookie has expired, or was encrypted with another secret.
   * @status 400
   * @remedy Start the sign-in again. Use the same `cookieSecret`, or the same session secret, on all instances. See
   * [Troubleshooting](docs/troubleshooting.md).
   */
  'sign_in_session.invalid',
  /**
   * The parameters of the callback are malformed, or from another issuer.
   * @status 400
   * @remedy Start the sign-in again.
   */
  'callback_invalid',
  /**
   * A prefetch, an image or a `fetch` requested a sign-in or a sign-out, but only browser navigations may.
   * @status 403
   * @remedy Navigate: use a link, or `location.href = '/logto/sign-in'`. To sign out by a script, send a `POST`.
   */
  'not_a_navigation',
  /**
   * Another site sent the request with the user's session cookie.
   * @status 403
   * @remedy If the site is yours, list its origin in `allowedOrigins`.
   */
  'cross_site_request',
  /**
   * The ID token is invalid. The message says if the clocks of Logto and this server differ.
   * @status 401
   * @remedy Sign in again. If it happens again, see the cause in the log, and synchronize the clocks with NTP.
   */
  'id_token_invalid',
  /**
   * The logout token of a back-channel logout is missing or invalid.
   * @status 400
   * @remedy The log says what is wrong. Check the back-channel logout URI in Logto Console.
   */
  'logout_token_invalid',
] as const;
