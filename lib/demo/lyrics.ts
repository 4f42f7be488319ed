/** Own little texts for the demo's singers. The song's lines are in none of the training texts. */

/** The song that the source sings and the target never sang. */
export const songLines: readonly string[] = [
  'the harbor lights are burning low',
  'a quiet boat comes home from sea',
  'she counts the voices on the shore',
  'and hears the one that sang for me',
  'the moon has found a silver chain',
  'it hangs above the garden wall',
  'we choose a measure soft and plain',
  'and join the thrush before the fall',
  'oh carry every good thing near',
  'until the morning bells are here',
];

/** Verses that the target sings for training, four lines each. */
export const trainingVerses: readonly (readonly string[])[] = [
  [
    'my father fixed the wooden gate',
    'the dog was sleeping in the sun',
    'we put the butter on a plate',
    'and shared the bread with everyone',
  ],
  [
    'a yellow bird upon the roof',
    'is looking at the clouds go by',
    'she shook the rain out of her wing',
    'and threw her music at the sky',
  ],
  [
    'the engine shouts the wheels go round',
    'the station clock is striking three',
    'a boy with apples in a bag',
    'will point at every passing tree',
  ],
  [
    'I thought I saw a treasure ship',
    'with azure sails and golden thread',
    'it was the fog on Jersey town',
    'so back I went to my warm bed',
  ],
  [
    'the judge enjoyed a cup of tea',
    'with ginger cake and orange peel',
    'the children laughed and chased the cat',
    'around and round the spinning wheel',
  ],
  [
    'put your hand inside my glove',
    'the winter air is full of ice',
    'we push the sledge along the road',
    'and no one has to ask us twice',
  ],
  [
    'he drew a map with purple ink',
    'of every valley bridge and hill',
    'the river bends the willows drink',
    'the water turns the dusty mill',
  ],
  [
    'my sister bakes on saturday',
    'the kitchen smells of toast and jam',
    'a young man whistles down the street',
    'and waves his hat at uncle sam',
  ],
  [
    'five thousand feet beneath the ice',
    'a thing with feathers might still breathe',
    'a vision leaves me cold and numb',
    'with frozen mouth and chattering teeth',
  ],
  [
    'oh mother look the box is here',
    'the paper boats the little drum',
    'the puzzle that we could not solve',
    'the jar of honey pear and plum',
  ],
  [
    'we usually go out at noon',
    'and watch the sheep along the lane',
    'a bush a book a wooden spoon',
    'a good long walk then home again',
  ],
  [
    'tomorrow I will learn to row',
    'the oars are heavy long and wide',
    'my cousin says the lake is slow',
    'but there is no hurry on this side',
  ],
];

/** Words that round off the target's sounds: sung in random order, one line of six at a time. */
export const trainingWords: readonly string[] = (
  'beige bridge broth child choice church cloud coat could cute deep does dream earth edge eight either few five ' +
  'foil fresh frog full gauge genre ghost give gold grew guess hawk hook house huge hush itch joke jump juice ' +
  'key kiss knife law leaf lodge loud lunch mouth moth nerve north nothing ocean oil once owl path pleasure ' +
  'poor power push queen ring rouge rush sauce shield sing skirt slow smooth spoon square star stir such swan ' +
  'swim teach thief third those thumb tooth toy tune use vague vase verb voyage view warm wash watch while with ' +
  'wolf world wreath yard year yes yolk you youth zebra zero zone zoo'
).split(' ');

/** Sentences that the target speaks with its own intonation. */
export const trainingSentences: readonly string[] = [
  'A recording of a few minutes is enough to learn how a voice sounds.',
  'Please leave the heavy luggage beside the chair in the hall.',
  'The weather should improve before they reach the northern islands.',
  'Which of these brown jugs would you rather give to your youngest brother?',
  'He usually measures the garage twice before he buys another shelf.',
  'Thick fog covered the valley, and nobody could see the other bank.',
];
