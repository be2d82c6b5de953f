// A part of a picture, in a ratio that a network wants: the frame is moved by dragging or by arrows. What is cut is a new file; the picture stays.
import { Button, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import { capabilitiesOf } from '../api/accounts';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import classes from './Crop.module.css';
import { areaOf, framed, moved, ratiosFor, usualRatio, type Frame, type Ratio } from './cropping';
import { Dialog } from './Dialog';
import { Glyph } from './Glyph';
import { Failure } from './Notice';

export interface Picture {
  id: string;
  name: string;
  url: string;
  width: number;
  height: number;
}

const STEP = 0.01;
const LARGE = 0.1;
const ARROWS: Record<string, [x: number, y: number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

interface Props {
  picture: Picture;
  accounts?: string[]; // by whose networks the ratios are judged; all of them where none is named
  close: () => void;
  done: (asset: Schemas['Asset']) => void;
}

export function Crop(props: Props) {
  const { data } = useQuery(capabilitiesOf(useWorkspace().id));
  const among = props.accounts ?? [];
  const concerned = data?.filter((one) => !among.length || among.includes(one.accountId ?? ''));
  const taking = concerned?.flatMap((one) => (one.input?.media.shapes ?? []).filter((shape) => shape.kind === 'image').map(({ aspect }) => ({ provider: one.provider ?? '', aspect })));
  return taking ? <Cropping {...props} ratios={ratiosFor(taking)} /> : null;
}

function Cropping({ picture, ratios, close, done }: Props & { ratios: Ratio[] }) {
  const own = picture.width / picture.height;
  const [chosen, choose] = useState(() => usualRatio(ratios, own));
  const [part, setPart] = useState(100); // per cent of what fits
  const [frame, setFrame] = useState(() => framed(own, chosen.value, 1));
  const area = areaOf(frame, picture);
  const cut = useMutation({
    mutationFn: () => answered(client.POST('/v1/assets/{assetId}/crop', { params: { path: { assetId: picture.id } }, body: area })),
    onSuccess: ({ asset }) => {
      close();
      done(asset);
    },
  });
  const change = (ratio: Ratio, per: number) => {
    choose(ratio);
    setPart(per);
    setFrame((before) => framed(own, ratio.value, per / 100, before));
  };
  return (
    <Dialog title={`Crop ${picture.name}`} close={close} size="xl">
      <div className={classes.ratios}>
        <SegmentedControl
          aria-label="Ratio"
          value={chosen.name}
          onChange={(name) => change(ratios.find((one) => one.name === name)!, part)}
          data={ratios.map(({ name }) => ({ value: name, label: name }))}
          withItemsBorders={false}
        />
        <span className={classes.takes}>
          {chosen.providers.length ? 'Taken as it is by' : 'No network that is chosen takes this as it is'}
          {chosen.providers.map((provider) => (
            <Glyph key={provider} provider={provider} size={18} named />
          ))}
        </span>
      </div>
      <div className={classes.stage}>
        <div className={classes.picture} style={{ aspectRatio: own, inlineSize: `min(100%, ${own} * min(52vh, 460px))` }}>
          <img src={picture.url} alt="" draggable={false} />
          <Part frame={frame} move={(x, y) => setFrame(moved(frame, x, y))} />
        </div>
      </div>
      <label className={classes.size}>
        How much of it
        <input type="range" min={30} max={100} value={part} onChange={(event) => change(chosen, Number(event.currentTarget.value))} />
      </label>
      {cut.error && <Failure error={cut.error} />}
      <div className={classes.acts}>
        <span className={classes.facts}>
          {area.width} × {area.height} pixels. The picture itself stays in the library.
        </span>
        <Button loading={cut.isPending} onClick={() => cut.mutate()}>
          Crop it
        </Button>
      </div>
    </Dialog>
  );
}

function Part({ frame, move }: { frame: Frame; move: (x: number, y: number) => void }) {
  const per = (part: number) => `${part * 100}%`;
  const dragged = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const { width, height } = event.currentTarget.parentElement!.getBoundingClientRect();
    move(event.movementX / width, event.movementY / height);
  };
  const pressed = (event: KeyboardEvent) => {
    const to = ARROWS[event.key];
    if (!to) return;
    event.preventDefault();
    const far = event.shiftKey ? LARGE : STEP;
    move(to[0] * far, to[1] * far);
  };
  return (
    <div
      className={classes.frame}
      style={{ insetInlineStart: per(frame.x), insetBlockStart: per(frame.y), inlineSize: per(frame.width), blockSize: per(frame.height) }}
      tabIndex={0}
      role="group"
      aria-label="The part that is kept. Arrows move it."
      data-autofocus
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={dragged}
      onKeyDown={pressed}
    />
  );
}
