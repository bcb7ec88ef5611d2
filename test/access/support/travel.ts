export { advanceClock as travel, restoreClock as comeBack } from '../../support/fake-clock.js';
