// Faults of single identifiers (DataLink 1.1 §3.4): the string that an error_message must begin with.

export type LinkFault = 'NotFoundFault' | 'UsageFault' | 'TransientFault' | 'FatalFault' | 'DefaultFault'

export const linkFault = (fault: LinkFault, sentence: string): string => `${fault}: ${sentence}`
