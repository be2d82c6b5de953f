// A delivery: what is sent, every try, and what was answered last.
import { Button, Drawer } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { moment } from '../lib/say';
import { Facts } from '../ui/Facts';
import { Failure } from '../ui/Notice';
import { Status } from '../ui/Status';
import { refused, tell } from '../ui/toasts';
import { deliveryOf } from './queries';
import classes from './Webhooks.module.css';
import { DELIVERY } from './words';

export function DeliveryDrawer({ id, close }: { id: string; close: () => void }) {
  return (
    <Drawer opened onClose={close} position="right" size={640} title="Delivery" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Shown id={id} />
    </Drawer>
  );
}

function Shown({ id }: { id: string }) {
  const workspace = useWorkspace();
  const cache = useQueryClient();
  const { data: one, error, refetch } = useQuery(deliveryOf(workspace.id, id));
  const again = useMutation({
    mutationFn: () => answered(client.POST('/v1/deliveries/{deliveryId}/retry', { params: { path: { deliveryId: id } } })),
    onSuccess: () => tell('It is sent again'),
    onError: (failed) => refused(failed, 'It is not sent'),
    onSettled: () => cache.invalidateQueries({ queryKey: ['webhooks', workspace.id] }),
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!one) return null;
  const [look, word] = DELIVERY[one.status];
  return (
    <div className={classes.view}>
      <Facts
        facts={[
          ['Event', one.type],
          ['Id', one.eventId],
          ['State', <Status key="state" look={look} word={word} />],
          ['Sent to', one.request.url],
          ...(one.nextTryAt ? [['Next try', moment(one.nextTryAt, workspace.zone, true)] as [string, string]] : []),
        ]}
      />
      <div>
        <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>
          Send it again
        </Button>
      </div>
      {!!one.log.length && (
        <>
          <h3>Tries</h3>
          <ol className={classes.tries}>
            {one.log.map((each) => (
              <li key={each.at}>
                {moment(each.at, workspace.zone, true)}: {each.error ?? each.status} in {each.milliseconds} ms
              </li>
            ))}
          </ol>
        </>
      )}
      <h3>What is sent</h3>
      <pre className={classes.text} tabIndex={0} aria-label="The request">
        {one.request.body ? pretty(one.request.body) : 'The event is no longer kept.'}
      </pre>
      {one.answer && (
        <>
          <h3>The last answer</h3>
          <pre className={classes.text} tabIndex={0} aria-label="The answer">
            {one.answer}
          </pre>
        </>
      )}
    </div>
  );
}

const pretty = (json: string) => JSON.stringify(JSON.parse(json), null, 2);
