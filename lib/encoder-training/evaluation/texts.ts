/** What is said and sung to judge encoders by. Nothing trains on these texts. */

/** Songs beside the demo's, eight lines each. */
export const judgedSongs: readonly (readonly string[])[] = [
  [
    'the baker lifts a tray of rolls',
    'before the sparrows are awake',
    'he whistles while the oven glows',
    'and paints with sugar every cake',
    'the postman leans against the fence',
    'and talks of rivers he has known',
    'a penny has a rounder sense',
    'when given than when kept alone',
  ],
  [
    'we found a ladder in the hay',
    'and climbed to where the owls reside',
    'the farmer shouted come away',
    'the floor is thin the gaps are wide',
    'but up above the swallows curved',
    'through shafts of gold and drifting dust',
    'and all that summer we observed',
    'how feather bone and wind can trust',
  ],
  [
    'my shadow walks ahead of me',
    'as long and narrow as a reed',
    'it bends around a cherry tree',
    'and never asks for food or speed',
    'at noon it hides beneath my feet',
    'a puddle small enough to jump',
    'by dusk it reaches down the street',
    'and rests against the village pump',
  ],
];

/** Spoken to judge phones and speakers by; every sound of English several times. */
export const judgedSentences: readonly string[] = [
  'The museum opens at eleven, but the garden gate is never locked.',
  'Josephine measured the azure vase with a ruler made of oak.',
  'Nobody thought that the youngest of them would finish the voyage.',
  'A cup of chocolate cost four shillings at the corner of the square.',
  'He pushed the wooden cart uphill, singing louder at every turn.',
  'Both brothers owe their aunt a letter and a bunch of violets.',
  'Which judge would choose to argue about the shape of a cloud?',
  'Her father keeps a thousand keys in a box below the stairs.',
  'The village boys enjoyed the noise of the engine far too much.',
  'If you look through the rough glass, the ship seems to bend.',
  'An unusual vision of rouge and beige covered the theatre wall.',
  'She would rather sing than wash the dishes after lunch.',
  'Good books should feel heavy when you put them in your pocket.',
  'We heard thunder in the north, yet the evening stayed warm.',
  'Quick little foxes jump over the lazy hounds by the hedge.',
  'The choir began with a hymn, paused, and ended with laughter.',
  'Yesterday a jet flew so low that the teacups shook.',
  'Some of the oil had leaked beneath the garage and spoiled the rug.',
  'Please measure the leather first, then cut it with great care.',
  'The south wind brought sand, heat, and a strange yellow light.',
  'Our neighbour owns a huge zither and eight wonderful drums.',
  'Few people have seen how the bridge moves when the river is high.',
  'They gave the prize to a nurse who had worked in the desert.',
  'Under the thick ice, pale fish were sleeping close together.',
];
