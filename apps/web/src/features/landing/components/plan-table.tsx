import { PLAN_IDS, PLANS } from "@trunkline/contracts";

const CENTS_PER_USD = 100;
const BASIS_POINTS_PER_PERCENT = 100;

/** The plans as the gateway keeps them: the same file sets the limits. */
export function PlanTable() {
  return (
    <section className="sec wrap plans" id="plans" aria-labelledby="plans-title">
      <h2 id="plans-title">Plans</h2>
      <p className="lead2">Tokens cost what the provider asks. A plan is for limits, seats and how long the log is kept.</p>
      <ul>
        {PLAN_IDS.map((id) => {
          const { name, monthlyCents, requestsPerMinute, logRetentionDays, seats, ownKeyFeeBasisPoints, features } = PLANS[id];
          return (
            <li key={id}>
              <h3>{name}</h3>
              <p className="price num">${(monthlyCents / CENTS_PER_USD).toLocaleString("en-US")}{" "}<span className="meta">a month</span></p>
              <ul><li>{requestsPerMinute.toLocaleString("en-US")} requests a minute</li><li>Log kept {logRetentionDays} days</li><li>{seats} members</li><li>{ownKeyFeeBasisPoints === 0 ? "No fee" : `${ownKeyFeeBasisPoints / BASIS_POINTS_PER_PERCENT}% fee`} on calls with your own provider key</li>{features.filter((feature) => !feature.includes("without a fee")).map((feature) => <li key={feature}>{feature}</li>)}</ul>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
