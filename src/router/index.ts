export { type Judgement, judge, RULE_NAMES } from './access.js';
export { RouteTable, type RouteTrial } from './route-table.js';
export { type RouterLimits, TopicRouter } from './topic-router.js';
