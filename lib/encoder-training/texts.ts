/** What the training voices say: random sentences of a small grammar, word lists, and words that do not exist. */
import { Philox, streams } from '../random/philox';

const list = (words: string): readonly string[] => words.split(' ');

const nouns = list(
  'anchor apple arch attic author autumn baby badge balloon basin beach beard beaver beetle berth blossom blouse border ' +
    'bottle bowl breeze brother bubble bucket budget buffalo cabin cage camel candle canyon carriage castle catalogue cave ' +
    'chapel cheese cherry chess chorus circle clay cliff coach cocoa coffee comet copper cottage cousin cradle crow crystal ' +
    'curtain daughter decision desert diary dinner doctor donkey door dragon drawer duchess eagle earring elbow engine ' +
    'evening explosion feather fence fever finger fire flame flood flower forest fountain fox furniture galaxy garage gift ' +
    'giraffe glacier goat goose grape guitar hammer harvest hedge helmet hero hotel hour iron island jacket jelly jewel ' +
    'journey judge jungle kettle kitten ladder lamb leather lemon lesson lettuce library lion lizard lobster luggage machine ' +
    'maple market marsh meadow measure medicine melon mirror monkey mountain mouse museum nation needle neighbor nephew nest ' +
    'nurse ocean onion orchard oven oyster package palace parrot pasture path peach pebble pencil pepper picnic pigeon pillow ' +
    'pirate planet pocket poem poison pond potato prince pudding pumpkin puppet quarrel queen rabbit rainbow raven ribbon ' +
    'riddle river robin rocket rope rose ruler saddle sailor salad sandwich scarf school scissors seal shadow shelter shepherd ' +
    'shoulder shovel shower signal singer sleeve snail soldier soup sparrow spider squirrel stable stairs statue stomach ' +
    'stone story stove sugar summer surgeon swamp sweater sword table teacher television temple tent theater thief thimble ' +
    'thorn thunder ticket tiger toast tomato tongue towel tower toy train treasure trousers trumpet tulip tunnel turtle uncle ' +
    'valley velvet village violin vision voice volcano wagon wallet walnut weasel weather whale wheat whistle willow window ' +
    'winter wizard wool yacht yogurt youth zebra zipper',
);
const verbs = list(
  'admires adores avoids bakes believes bends borrows breaks brings brushes builds burns buries buys calls carries catches ' +
    'chases cherishes chews chooses cleans climbs closes collects covers crushes cures cuts describes discovers draws drops ' +
    'dusts enjoys enters examines feeds feels finds finishes follows forgets freezes gathers gives grabs guards hears helps ' +
    'hides holds hugs imagines joins judges keeps kisses knows launches leaves lifts loses loves marries mends misses moves ' +
    'needs notices obeys offers opens owes paints pleases polishes praises pulls pushes raises reaches remembers rescues ' +
    'returns rubs rules sells shakes shares shoves shows sketches smells solves spoils steals studies surprises swallows ' +
    'teaches thanks throws tickles touches trusts understands uses visits wants warns washes watches wears weighs wishes ' +
    'worships writes yields',
);
const adjectives = list(
  'ancient angry awful bitter blue bold brave bright broken busy calm careful cheap cheerful clever clumsy cold cool crazy ' +
    'cruel curious dark dear deep dirty dull eager early easy empty enormous equal fair faithful famous fancy fat fierce final ' +
    'foolish foreign fresh funny gentle genuine giant glad golden grand gray greedy green happy harsh heavy hollow honest huge ' +
    'humble hungry icy jealous jolly kind large lazy little lonely loose loud loyal lucky magic massive mild modern narrow ' +
    'nasty neat noble noisy odd orange pale patient plain pleasant polite poor precious pretty proper proud pure purple quick ' +
    'quiet rare raw rich rough round royal rusty sad savage scarlet selfish shallow sharp shiny short shy silent silly simple ' +
    'sleepy slim smooth soft solid sour special spicy steep strange strong stupid sunny sweet swift tall tame tender thick ' +
    'thin thirsty tiny tough ugly unusual usual useful vague vast violent warm weak weary weird white wicked wide wild wise ' +
    'worthy wooden yellow young',
);
const adverbs = list(
  'again always anyhow away badly barely boldly bravely calmly early forever freely gently gladly happily hardly here ' +
    'highly just kindly later loudly maybe mostly nearly never nowhere often once outside poorly quickly rarely roughly ' +
    'sadly safely seldom slowly smoothly softly sometimes soon still suddenly there together truly twice usually vaguely ' +
    'warmly widely yearly yesterday',
);
const places = list(
  'above across against along among around before behind below beneath beside between beyond near under with without',
);
const determiners = list('a the this that my your his her our their each every some another no');

const onsets = list(
  'b bl br ch d dr f fl fr g gl gr h j k kl kr l m n p pl pr r s sh sk sl sm sn sp st str sw t th tr tw v w y z',
);
const nuclei = list('a e i o u ee oo ay oy ow igh aw ar er or ai ea oa ou');
const codas = list('b ch d f g j k l ll m n ng p r s sh st t th v x z nd nt lk mp ft zz dge');

class Speaker {
  constructor(private readonly random: Philox) {}

  one(words: readonly string[]): string {
    return words[this.random.integer(words.length)]!;
  }

  chance(share: number): boolean {
    return this.random.uniform() < share;
  }

  thing(): string {
    const noun = this.one(nouns);
    const described = this.chance(0.6) ? `${this.one(adjectives)} ${noun}` : noun;
    const determiner = this.one(determiners);
    return determiner === 'a' && /^[aeiou]/.test(described)
      ? `an ${described}`
      : `${determiner} ${described}`;
  }

  sentence(): string {
    const place = this.chance(0.5) ? ` ${this.one(places)} ${this.thing()}` : '';
    const manner = this.chance(0.4) ? ` ${this.one(adverbs)}` : '';
    return `${this.thing()} ${this.one(verbs)} ${this.thing()}${place}${manner}`;
  }

  words(count: number): string {
    const kinds = [nouns, verbs, adjectives, adverbs, nouns];
    return Array.from({ length: count }, () => this.one(this.one2(kinds))).join(' ');
  }

  nonsense(count: number): string {
    return Array.from(
      { length: count },
      () => `${this.one(onsets)}${this.one(nuclei)}${this.one(codas)}`,
    ).join(' ');
  }

  private one2<T>(items: readonly T[]): T {
    return items[this.random.integer(items.length)]!;
  }
}

/** `count` distinct utterances, drawn by `seed`; half are sentences, a third word lists, the rest words that do not exist. */
export function utteranceTexts(count: number, seed: number): string[] {
  const texts = new Set<string>();
  for (let n = 0; texts.size < count; n++) {
    const speaker = new Speaker(new Philox(seed, streams.encoderTexts, n));
    if (n % 6 < 3) texts.add(speaker.sentence());
    else texts.add(n % 6 < 5 ? speaker.words(6) : speaker.nonsense(6));
  }
  return [...texts];
}
