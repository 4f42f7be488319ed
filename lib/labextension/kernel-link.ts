/** The extension's end of the comm with our kernel. Other kernels are left alone. */
import { FORMS_TARGET, type Listing, type ToFrontEnd, type ToKernel } from '../forms/messages';
import type { Kernel, KernelComm, Message, SessionContext } from './jupyter';

/** `implementation` of kernel_info that speaks this comm. */
const OURS = 'diff-svc';

type Missed = Extract<ToFrontEnd, { kind: 'missed' }>;
type Marks = Extract<ToFrontEnd, { kind: 'marks' }>;

export interface LinkListener {
  missed(runs: Missed['runs'], knows: (parentId: string) => boolean): void;
  marks(message: Marks): void;
  output(message: Message): void;
}

export interface KernelLink {
  list(path: string): Promise<Listing>;
  /** The page has the whole run. */
  seen(parentId: string): void;
}

/** Keeps a comm open to whatever kernel of ours the notebook has, also after restarts. */
export function linkKernel(context: SessionContext, listener: LinkListener): KernelLink {
  const waiting = new Map<number, (listing: Listing) => void>();
  const sent = new Set<string>();
  let requests = 0;
  let linked: { kernel: Kernel; comm: KernelComm } | null = null;

  const send = (message: ToKernel): void => {
    if (linked !== null && !linked.comm.isDisposed) linked.comm.send(message);
  };
  const hear = (message: ToFrontEnd): void => {
    if (message.kind === 'listing') {
      waiting.get(message.request)?.(message);
      waiting.delete(message.request);
    } else if (message.kind === 'missed') listener.missed(message.runs, (id) => sent.has(id));
    else listener.marks(message);
  };
  const follow = (kernel: Kernel): void => {
    kernel.anyMessage.connect((_, { msg, direction }) => {
      const { msg_type, msg_id } = msg.header;
      if (direction === 'send' && msg_type === 'execute_request') sent.add(msg_id);
      if (direction === 'recv' && msg_type === 'execute_reply')
        send({ kind: 'seen', parentId: msg.parent_header.msg_id! });
    });
    kernel.iopubMessage.connect((_, message) => listener.output(message));
  };
  const link = async (): Promise<void> => {
    const kernel = context.session?.kernel ?? null;
    if (kernel === null || (await kernel.info).implementation !== OURS) return;
    if (context.session?.kernel !== kernel) return;
    if (linked?.kernel !== kernel) follow(kernel);
    const comm = kernel.createComm(FORMS_TARGET);
    linked = { kernel, comm };
    comm.onMsg = ({ content }) => hear(content.data as unknown as ToFrontEnd);
    comm.open({ session: kernel.clientId });
  };
  let restarting = false;
  context.kernelChanged.connect(() => void link());
  context.statusChanged.connect((_, status) => {
    if (status === 'restarting' || status === 'autorestarting') restarting = true;
    else if (restarting && status === 'idle') {
      restarting = false;
      void link();
    }
  });
  void link();
  return {
    list: (path) =>
      new Promise((resolve) => {
        waiting.set(++requests, resolve);
        send({ kind: 'list', request: requests, path });
      }),
    seen: (parentId) => send({ kind: 'seen', parentId }),
  };
}
