export { type Judgement, RouteAccess } from './access.js';
export { describeJudgements } from './explain.js';
export type { IdentitySettings } from './identities.js';
export type { RouterLimits } from './limits.js';
export { RouteTable, type RouteTrial } from './route-table.js';
export { RULE_NAMES } from './rules/named-rules.js';
export { ruleFault } from './rules/rule-book.js';
export { ServedRoutes } from './served-route.js';
export { TopicRouter } from './topic-router.js';
