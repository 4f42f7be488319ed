/**
 * Widgets: models here whose views are in the front end. Source: ipywidgets, `packages/schema/messages.md`, protocol
 * 2.1.0 with echo updates, and the control comm by which a reloaded page asks for everything at once.
 */
import type { Comm, CommMessage, Comms, MimeBundle, Widget } from './host';
import { joinState, splitState } from './widget-state';

const PROTOCOL = { version: '2.1.0' };
const VIEW = 'application/vnd.jupyter.widget-view+json';

/** All widgets of the kernel. */
export interface Widgets {
  create(state: Record<string, unknown>, onChange?: (changed: Record<string, unknown>) => void): Widget;
}

/** Also registers the control target `jupyter.widget.control`. */
export function createWidgets(comms: Comms): Widgets {
  const models = new Map<string, Record<string, unknown>>();
  comms.registerTarget('jupyter.widget.control', (control) => {
    control.onMessage = ({ data }) => {
      if (data.method === 'request_states') sendAll(control, models);
    };
  });
  return {
    create: (initial, onChange) => {
      const state = { ...initial };
      const { state: rest, paths, buffers } = splitState(state);
      const data = { state: rest, buffer_paths: paths };
      const comm = comms.open('jupyter.widget', data, { metadata: PROTOCOL, buffers });
      models.set(comm.id, state);
      comm.onMessage = (message) => onMessage(comm, state, message, onChange);
      let closed = false;
      comm.onClose = () => {
        closed = true;
        models.delete(comm.id);
      };
      return {
        id: comm.id,
        ref: `IPY_MODEL_${comm.id}`,
        state,
        view: viewOf(comm.id, state),
        get closed() {
          return closed;
        },
        set: (partial) => {
          Object.assign(state, partial);
          update(comm, 'update', partial);
        },
        close: () => {
          closed = true;
          models.delete(comm.id);
          comm.close();
        },
      };
    },
  };
}

function viewOf(id: string, state: Readonly<Record<string, unknown>>): MimeBundle {
  const name = String(state._model_name ?? 'widget');
  return { 'text/plain': name, [VIEW]: { version_major: 2, version_minor: 0, model_id: id } };
}

function onMessage(
  comm: Comm,
  state: Record<string, unknown>,
  { data, buffers }: CommMessage,
  onChange?: (changed: Record<string, unknown>) => void,
): void {
  if (data.method === 'request_state') update(comm, 'update', state);
  else if (data.method === 'custom') onChange?.({ custom: data.content, buffers });
  else if (data.method === 'update' && typeof data.state === 'object' && data.state !== null) {
    const changed = joinState({ ...(data.state as Record<string, unknown>) }, data.buffer_paths, buffers);
    Object.assign(state, changed);
    // Other views of the model, and the front end's own idea of what we know, follow the echo.
    update(comm, 'echo_update', changed);
    onChange?.(changed);
  }
}

function update(
  comm: Comm,
  method: 'update' | 'echo_update',
  partial: Readonly<Record<string, unknown>>,
): void {
  const { state, paths, buffers } = splitState(partial);
  comm.send({ method, state, buffer_paths: paths }, { metadata: PROTOCOL, buffers });
}

/** All states in one message; buffer paths begin with the model's id and `state`. */
function sendAll(control: Comm, models: ReadonlyMap<string, Record<string, unknown>>): void {
  const states: Record<string, unknown> = {};
  const allPaths: (string | number)[][] = [];
  const allBuffers: Uint8Array[] = [];
  for (const [id, model] of models) {
    const { state, paths, buffers } = splitState(model);
    const { _model_name, _model_module, _model_module_version } = state;
    states[id] = {
      model_name: _model_name,
      model_module: _model_module,
      model_module_version: _model_module_version,
      state,
    };
    allPaths.push(...paths.map((path) => [id, 'state', ...path]));
    allBuffers.push(...buffers);
  }
  control.send(
    { method: 'update_states', states, buffer_paths: allPaths },
    { metadata: PROTOCOL, buffers: allBuffers },
  );
}
