export { isRole } from './access-reader.js';
export { type ActiveMqImport, importActiveMq } from './activemq/import-activemq.js';
export { AUTH_METHODS, type AuthMethod } from './auth-settings.js';
export { checkRoutes } from './check-routes.js';
export { describeSettings, type SettingDescription } from './describe-settings.js';
export { FINDING_CODES, type Finding, type FindingCode, type Severity } from './finding.js';
export { FindingList } from './finding-list.js';
export { formatFindings } from './format-findings.js';
export type {
  GosHandler,
  GosHandlerKind,
  GosInstallation,
  GosNote,
  GosNoteKind,
  GosRouting,
  PhpClass,
  PhpMethod,
} from './gos/installation.js';
export { readGosInstallation } from './gos/read-installation.js';
export { loadRouting, type Routing, type RoutingRequest } from './load-routing.js';
export { loadSettings, type SettingsRequest } from './load-settings.js';
export { privateKeyOf } from './pair-key.js';
export { findRouteTests, readRouteTests } from './read-route-tests.js';
export type { RouteExpectation } from './route-test.js';
export { shownName } from './routing-files.js';
export type { Limits, NamedTopic, OroSettings, Settings } from './settings.js';
export { type Place, SourceFile } from './source-file.js';
export { didYouMean, listed } from './suggestion.js';
