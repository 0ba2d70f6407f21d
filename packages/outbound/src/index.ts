export { ForbiddenAddress, guardedLookup, isPublicAddress, refuseAddress, type AddressRules } from "./address.ts";
export { requestOnce, type OutboundAnswer, type OutboundRequest } from "./request-once.ts";
