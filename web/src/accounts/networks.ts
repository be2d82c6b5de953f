// What each network asks of who connects it, and why we ask for it.

export interface About {
  takes: string; // what has to be there
  asks: string[]; // what it will ask about
}

const FACEBOOK = 'A Facebook user who runs the Page';

export const NETWORKS: Record<string, About> = {
  x: { takes: 'The X account that posts are to come from', asks: ['post and delete posts as you', 'upload pictures and films', 'read your posts: so that a lost answer is found again, not sent again', 'stay connected while you are away'] },
  facebook: { takes: `${FACEBOOK}; each of their Pages becomes an account here`, asks: ['see which Pages you run', 'publish on them', 'read how their posts do'] },
  instagram: { takes: 'A professional account (business or creator) on Instagram', asks: ['publish for you', 'read your posts and how they do'] },
  instagram_business: { takes: `${FACEBOOK} to which the Instagram account is linked`, asks: ['see your Pages and the accounts linked to them', 'publish on Instagram for you', 'read how posts do'] },
  linkedin: { takes: 'Your own profile on LinkedIn', asks: ['post, comment and like for you', 'know your name and picture'] },
  linkedin_page: { takes: 'A member who is an admin of the Page; each Page becomes an account here', asks: ['post for your organisations', 'read their posts and how they do'] },
  tiktok: { takes: 'The TikTok account that posts are to come from', asks: ['publish videos and pictures for you', 'read your videos and how they do'] },
  snapchat: { takes: 'A public profile on Snapchat', asks: ['publish to your public profiles', 'read how they do'] },
  pinterest: { takes: 'A Pinterest account; each post names one of its boards', asks: ['see and make boards', 'make Pins and read them'] },
  youtube: { takes: 'A Google account with a channel', asks: ['upload videos to your channel', 'read your channel and its figures'] },
  reddit: { takes: 'The Reddit user that posts are to come from; each post names a community', asks: ['submit and edit posts for you', 'read communities and their flair', 'read your posts: so that a lost answer is found again'] },
  discord: { takes: 'A webhook of the channel: Channel settings, Integrations, Webhooks', asks: [] },
  telegram: { takes: 'A bot of yours (from @BotFather) that is an admin of the channel or group', asks: [] },
  wordpress: { takes: 'A WordPress.com account; each of its sites becomes an account here', asks: ['publish on your sites', 'upload media to them'] },
};

export const FORMS: Record<string, [field: 'botToken' | 'chatId' | 'webhookUrl', label: string, hint: string][]> = {
  telegram: [
    ['botToken', 'Token of the bot', 'What @BotFather gave you'],
    ['chatId', 'Channel or group', '@channel, or a number; the bot has to be an admin there'],
  ],
  discord: [['webhookUrl', 'Address of the webhook', 'Channel settings, Integrations, Webhooks']],
};

export const KEYS = Object.keys(NETWORKS);
