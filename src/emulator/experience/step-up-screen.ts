import { stepUpPage } from '../pages/step-up-page.js';
import { twoFactorContext } from '../provider/authentication-context.js';
import type { PageRequest } from './page-request.js';

/** The code of the second factor, the same for every user. */
export const secondFactorCode = '123456';

/** Asks a signed-in user for the second factor, in an interaction that needs nothing else. */
export async function stepUpScreen(request: PageRequest): Promise<void> {
  const { form, interaction, isPost, texts } = request;
  if (form.get('decision') === 'cancel') {
    await request.finish({
      error: 'unmet_authentication_requirements',
      error_description: 'the user has not completed the second factor',
    });
    return;
  }
  const accountId = interaction.session?.accountId ?? '';
  if (isPost && form.get('code')?.trim() === secondFactorCode) {
    await request.finish({ login: { accountId, ...twoFactorContext(interaction.session?.amr) } });
    return;
  }
  const error = isPost ? texts.wrongCode : undefined;
  request.show(stepUpPage({ ...request.view, code: secondFactorCode, error }), error);
}
