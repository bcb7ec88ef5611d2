/** How to call Logto's Management API. */
export interface LogtoManagementOptions {
  /**
   * The resource indicator of the Management API. Set it if `endpoint` is a custom domain of Logto Cloud:
   * `https://<tenant>.logto.app/api`. Default: `https://<tenant>.logto.app/api` if `endpoint` is
   * `https://<tenant>.logto.app`, else `https://default.logto.app/api`.
   */
  resource?: string;
}
