import { services } from "../../../../server/services.ts";
import { receiveStripe } from "../../../../server/stripe-webhook.ts";

export const POST = (request: Request): Promise<Response> => receiveStripe(request, services());
