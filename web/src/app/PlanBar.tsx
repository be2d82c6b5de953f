// What is wrong with the plan is said on every screen: that nothing more goes out, or that it soon will not.
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { billingOf } from '../api/billing';
import { Notice } from '../ui/Notice';
import { useWorkspace } from './session';

const MINUTES = 10;

export function PlanBar() {
  const { id, slug } = useWorkspace();
  const { data } = useQuery({ ...billingOf(id), refetchInterval: MINUTES * 60_000 });
  const billing = data?.billing;
  if (!billing) return null;
  const action = <Link href={`/w/${slug}/settings/usage`}>Plan</Link>;
  if (!billing.entitled) {
    return (
      <Notice tone="bad" action={action}>
        <strong>Nothing is published any more:</strong> {WHY[billing.code ?? ''] ?? 'the plan has ended'}. All that is here stays.
      </Notice>
    );
  }
  return billing.notices.map(({ code, message }) => (
    <Notice key={code} tone="warn" action={action}>
      {message}.
    </Notice>
  ));
}

const WHY: Record<string, string> = {
  plan_required: 'the workspace has no plan',
  subscription_past_due: 'the subscription is not paid',
  subscription_paused: 'the subscription is paused',
  subscription_canceled: 'the subscription was canceled, and is over',
  subscription_inactive: 'the subscription has ended',
};
