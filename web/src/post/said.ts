// What a stored post says, as a preview takes it.
import type { Post } from '../api/posts';
import { ownPath } from '../lib/address';
import type { Said } from './Preview';

export const said = (post: Post): Said => ({
  title: post.name && post.name !== generated(post) ? post.name : undefined,
  text: post.description ?? '',
  pictures: (post.assets ?? []).map((asset) => ({
    id: asset.id ?? asset.url,
    url: asset.kind === 'image' ? ownPath(asset.url) : null,
    kind: asset.kind ?? 'other',
    alt: asset.altText ?? '',
    width: asset.width,
    height: asset.height,
  })),
});

/** The name that a step without one is given; networks do not get it. */
const generated = (post: Post) => `${post.campaignName} Step ${(post.stepIndex ?? 0) + 1}`;
