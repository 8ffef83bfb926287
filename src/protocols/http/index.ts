export { DevTicketsEndpoint } from './dev-tickets-endpoint.js';
export { DisconnectEndpoint, RightsEndpoint } from './disconnect-endpoint.js';
export { healthEndpoints, type Readiness } from './health-endpoint.js';
export { LogEndpoint } from './log-endpoint.js';
export { LoginEndpoint, type LoginEndpointSettings } from './login-endpoint.js';
export { NodesEndpoint } from './nodes-endpoint.js';
export type { PublishLimits } from './publish-body.js';
export { PublishEndpoint, type PublishEndpointSettings, type PublishReply } from './publish-endpoint.js';
export { TicketsEndpoint, type TicketsEndpointSettings } from './tickets-endpoint.js';
