import type { Route } from '../../../core/route.js';
import { rateText } from '../../../core/token-bucket.js';

/** What a route promises and bounds beside access, in short. */
export function traitsOf(route: Route): readonly string[] {
  return [...keeping(route), ...bounds(route)];
}

function keeping({ history, replay, presence, queue, log, slow }: Route): readonly string[] {
  return [
    ...(history === undefined
      ? []
      : [`history ${history.size}${timeOf(history.ttl)}${lasting(history.durable)}`]),
    ...(replay === undefined ? [] : [`replay ${replay}`]),
    ...(presence === undefined ? [] : ['presence']),
    ...(queue === undefined ? [] : [`queue${lasting(queue.durable)}`]),
    ...(log === undefined ? [] : ['log']),
    ...(slow === 'conflate' ? ['conflate'] : []),
  ];
}

function bounds({ limits: { payload, publish, subscribers } }: Route): readonly string[] {
  return [
    ...(payload === undefined ? [] : [`payload ${payload} octets`]),
    ...(publish === undefined ? [] : [`publish ${rateText(publish)}`]),
    ...(subscribers === undefined ? [] : [`subscribers ${subscribers}`]),
  ];
}

function lasting(durable: boolean | undefined): string {
  return durable === true ? ', durable' : '';
}

function timeOf(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : ` for ${Math.round(milliseconds / 1000)}s`;
}
