import type { NextFunction, Request, Response } from 'express';

const passing: unique symbol = Symbol('nestjs-logto.passing');

/**
 * Whether a property that is added to an object makes a hidden class for this object alone, once the object has been
 * given another prototype: so it is up to V8 12, which is Node 20 and 22.
 */
export const makesHiddenClasses = Number.parseInt(process.versions.v8, 10) < 13;

/**
 * Spares requests and their answers the hidden classes of their own. Express gives them their prototypes when they exist
 * already, and each property that it, Nest and express-session add then leaves a kilobyte behind that only a full
 * collection of the garbage frees: a third of what a small request costs. What has lost a property is kept as a
 * dictionary, and makes none.
 */
export function spareHiddenClasses(request: Request, response: Response, next: NextFunction): void {
  toDictionary(request);
  toDictionary(response);
  next();
}

function toDictionary(object: object & { [passing]?: true }): void {
  object[passing] = true;
  delete object[passing];
}
