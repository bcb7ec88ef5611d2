import type { Texts } from '../page-texts.js';

export const german: Texts = {
  language: 'de',
  emulator: 'Logto-Emulator',
  notForProduction: 'nur für Entwicklung und Tests, nicht für den Betrieb',

  signIn: 'Anmelden',
  continueTo: (application) => `um mit ${application} fortzufahren`,
  inOrganization: (organization) => `Organisation ${organization}`,
  oneClick: 'Mit einem Klick anmelden',
  orPassword: 'oder mit Passwort',
  identifier: { username: 'Benutzername', email: 'E-Mail', phone: 'Telefonnummer' },
  or: 'oder',
  password: 'Passwort',
  name: 'Name',
  optional: 'freiwillig',
  forgotPassword: 'Passwort vergessen?',
  noAccountYet: 'Noch kein Konto?',
  createAccount: 'Konto anlegen',
  haveAccount: 'Schon ein Konto?',
  back: 'Anders anmelden',

  wrongPassword: 'Das Konto oder das Passwort stimmt nicht. Bitte erneut versuchen.',
  noPassword: 'Dieses Konto hat kein Passwort. Bitte mit einem Klick anmelden.',
  suspended: 'Dieses Konto ist gesperrt.',
  suspendedTag: 'gesperrt',
  badLink: 'Dieser Link ist ungültig, schon benutzt oder abgelaufen.',
  taken: (field) => `${field}: schon vergeben.`,
  required: (field) => `${field}: bitte ausfüllen.`,

  resetPassword: 'Passwort zurücksetzen',
  resetLead: 'Der Emulator verschickt keinen Code: das neue Passwort gleich hier wählen.',
  newPassword: 'Neues Passwort',
  save: 'Speichern und anmelden',
  unknownAccount: 'Dieses Konto gibt es nicht.',

  pretend: (provider) => `Weiter mit ${provider}`,
  pretendLead: (provider) => `Diese Seite steht für ${provider}. Wer soll von dort zurückkommen?`,
  pretendOther: 'oder jemand anderes',
  continue: 'Weiter',

  consentTitle: (application) => `${application} zulassen`,
  consentLead: (application, person) => `${application} bittet um Zugriff auf das Konto von ${person}:`,
  consentNothing: 'wer Sie sind, sonst nichts',
  organizations: 'In welchen Organisationen?',
  authorize: 'Zulassen',
  cancel: 'Abbrechen',

  signOut: 'Abmelden',
  signOutLead: 'Sie werden von allen Anwendungen dieses Browsers abgemeldet.',
  signedOut: 'Sie sind abgemeldet',
  signedOutLead: 'Sie können diese Seite schließen.',

  gone: 'Diese Anmeldung ist nicht mehr offen',
  goneLead:
    'Sie wurde in einem anderen Tab beendet oder ist abgelaufen. Bitte in der Anwendung neu beginnen.',
  foreignForm: 'Dieses Formular kam von einer fremden Seite',
  notFound: 'Diese Seite gibt es nicht',
  notFoundLead: 'Der Emulator hat die Seiten einer Anmeldung und seine Endpunkte unter /oidc.',
  errorTitle: 'Diese Anfrage kann nicht beantwortet werden',

  homeLead: 'Er läuft und steht hier für Logto.',
  addresses: 'Adressen',
  applications: 'Anwendungen',
  users: 'Benutzer',
  none: 'keine',
};
