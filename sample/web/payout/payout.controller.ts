import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  AuthUser,
  LogtoAcr,
  LogtoContext,
  LogtoGuard,
  RequireAuthentication,
  RequireMfa,
} from 'nestjs-logto';
import { paidOutPage, payoutPage } from '../pages/payout-page.js';

@Controller('payout')
@UseGuards(LogtoGuard)
export class PayoutController {
  /** Asks for a second factor, and then comes back here. */
  @Get()
  @RequireMfa()
  form(@AuthUser() user: LogtoContext): string {
    return payoutPage(user);
  }

  /** Asks for it again if it is older than five minutes. */
  @Post()
  @HttpCode(200)
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
  payOut(@AuthUser() user: LogtoContext): string {
    return paidOutPage(user);
  }
}
