/**
 * The cell library, `diff-svc/notebook`: what notebook cells show and ask. Works in our kernel, under stock tslab and in
 * plain node, there with text only (docs/notebook-library.md).
 */

export { readJob, startJob, stopJob, writeJobProgress } from '../kernel/jobs';
export { confirm, input } from './ask';
export { createChart, type LiveChart } from './chart';
export { checkFields, existingFile, existingFolder, type FieldCheck, rule, writableFolder } from './checks';
export { drive, files } from './colab';
export { audio, html, image, markdown, table } from './display';
export { type WatchOptions, watchJob } from './job';
export { createNotebookProgress, type NotebookProgress, progressOf } from './progress';
export { type RecordingOptions, spectrogram } from './recording';
export { checkGpuType } from './steps/check-gpu';
export { decompressDataset } from './steps/decompress-dataset';
export {
  convertAudio,
  deleteOldAudio,
  importAudio,
  loadModel,
  setupInference,
  zipResults,
} from './steps/inference';
export { installDiffSvc } from './steps/install';
export { useLanguage } from './steps/messages';
export { mountGoogleDrive } from './steps/mount-drive';
export { packageModel } from './steps/package-model';
export { decompressTrainingData, preprocessData } from './steps/preprocess';
export { convertDemo, makeSingers, showDemoReport, trainDemo } from './steps/quickstart';
export { tensorBoard, trainVoice } from './steps/training';
export { editTrainingParameters } from './steps/training-parameters';
export { uploadDataset } from './steps/upload-dataset';
