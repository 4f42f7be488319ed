/**
 * What is read in the first recordings of the LJ Speech dataset (Ito and Johnson 2017, public domain), for whoever has
 * them: William Morris and Emery Walker, "Printing" (1893). Abbreviations and numbers are spelt out.
 */
export const ljTexts: Readonly<Record<string, string>> = {
  'LJ001-0001':
    'Printing, in the only sense with which we are at present concerned, differs from most if not from all the arts and crafts represented in the Exhibition',
  'LJ001-0002': 'in being comparatively modern.',
  'LJ001-0003':
    'For although the Chinese took impressions from wood blocks engraved in relief for centuries before the woodcutters of the Netherlands, by a similar process',
  'LJ001-0004': 'produced the block books, which were the immediate predecessors of the true printed book,',
  'LJ001-0005':
    'the invention of movable metal letters in the middle of the fifteenth century may justly be considered as the invention of the art of printing.',
  'LJ001-0006': 'And it is worth mention in passing that, as an example of fine typography,',
  'LJ001-0007':
    'the earliest book printed with movable types, the Gutenberg, or forty two line Bible of about fourteen fifty five,',
  'LJ001-0008': 'has never been surpassed.',
  'LJ001-0009':
    'Printing, then, for our purpose, may be considered as the art of making books by means of movable types.',
  'LJ001-0010':
    'Now, as all books not primarily intended as picture books consist principally of types composed to form letterpress,',
  'LJ001-0011': 'it is of the first importance that the letter used should be fine in form;',
  'LJ001-0012':
    'especially as no more time is occupied, or cost incurred, in casting, setting, or printing beautiful letters',
  'LJ001-0013': 'than in the same operations with ugly ones.',
  'LJ001-0014':
    'And it was a matter of course that in the Middle Ages, when the craftsmen took care that beautiful form should always be a part of their productions whatever they were,',
  'LJ001-0015':
    'the forms of printed letters should be beautiful, and that their arrangement on the page should be reasonable and a help to the shapeliness of the letters themselves.',
  'LJ001-0016': 'The Middle Ages brought calligraphy to perfection, and it was natural therefore',
};
