/** The cells of inference.ipynb. */
export { deleteOldAudio, importAudio } from './inference-audio';
export { loadModel, setupInference } from './inference-setup';
export { convertAudio } from './inference-songs';
export { zipResults } from './inference-zip';
