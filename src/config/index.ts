export { FINDING_CODES, type Finding, type FindingCode, type Severity } from './finding.js';
export { formatFindings } from './format-findings.js';
export { loadRouting, type Routing, type RoutingRequest } from './load-routing.js';
