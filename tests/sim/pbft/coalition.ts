export class PbftCoalition { constructor(...a: unknown[]) {} start(): void {} receive(): void {} }
