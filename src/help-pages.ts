import type { LogtoErrorCode } from './logto.error-codes.js';

/** The repository on GitHub, which has the documentation. */
const repository = 'https://github.com/nestjs-logto/nestjs-logto/blob/main';

/** The page that explains the options. */
export const optionsHelp = `${repository}/docs/reference/options.md`;

/** The section that explains an error code. GitHub leaves dots out of the anchor of a heading. */
export function errorHelp(code: LogtoErrorCode): string {
  return `${repository}/docs/reference/errors.md#${code.replaceAll('.', '')}`;
}
