export { isRole } from './access-reader.js';
export { type ActiveMqImport, importActiveMq } from './activemq/import-activemq.js';
export { describeSettings, type SettingDescription } from './describe-settings.js';
export { FINDING_CODES, type Finding, type FindingCode, type Severity } from './finding.js';
export { formatFindings } from './format-findings.js';
export { loadRouting, type Routing, type RoutingRequest } from './load-routing.js';
export { loadSettings, type SettingsRequest } from './load-settings.js';
export type { Limits, NamedTopic, Settings } from './settings.js';
