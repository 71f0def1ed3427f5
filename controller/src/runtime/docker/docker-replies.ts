/** The parts of the daemon's replies that are read; everything else is ignored. */
import { z } from 'zod';

/** Go writes an empty map or list as null. */
const stringMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {});

export const versionReply = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z.string().optional(),
});

export const infoReply = z.object({
  Name: z.string(),
  KernelVersion: z.string(),
  OperatingSystem: z.string(),
  NCPU: z.number().int(),
  MemTotal: z.number(),
  CgroupVersion: z.string().optional(),
  MemoryLimit: z.boolean().optional(),
  SwapLimit: z.boolean().optional(),
  CpuCfsQuota: z.boolean().optional(),
  PidsLimit: z.boolean().optional(),
  DockerRootDir: z.string().optional(),
  CgroupDriver: z.string().optional(),
  SecurityOptions: z.array(z.string()).nullish(),
});
export type DockerInfo = z.infer<typeof infoReply>;

export const imageReply = z.object({
  Id: z.string(),
  Config: z
    .object({ User: z.string().optional(), Labels: stringMap })
    .nullish()
    .transform((config) => config ?? { User: undefined, Labels: {} }),
});

export const networkReply = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: stringMap,
  IPAM: z
    .object({ Config: z.array(z.object({ Subnet: z.string().optional() })).nullish() })
    .nullish(),
  Containers: z
    .record(z.string(), z.object({ Name: z.string().optional() }))
    .nullish()
    .transform((map) => map ?? {}),
  Options: stringMap,
});

export const containerListReply = z.object({
  Id: z.string(),
  Names: z.array(z.string()).nullish(),
  State: z.string(),
  Labels: stringMap,
  Ports: z
    .array(z.object({ PrivatePort: z.number().int(), PublicPort: z.number().int().optional() }))
    .nullish(),
  NetworkSettings: z
    .object({ Networks: z.record(z.string(), z.unknown()).nullish() })
    .nullish()
    .transform((settings) => Object.keys(settings?.Networks ?? {})),
});

export const containerReply = z.object({
  Id: z.string(),
  State: z.object({
    /** Also while it is paused. */
    Running: z.boolean(),
    Paused: z.boolean().optional(),
    Pid: z.number().int(),
    ExitCode: z.number().int(),
    OOMKilled: z.boolean(),
    Error: z.string().optional(),
    StartedAt: z.string().optional(),
    FinishedAt: z.string().optional(),
  }),
  HostConfig: z.object({
    NetworkMode: z.string(),
    PidMode: z.string().optional(),
    /** 0: not limited by it. */
    NanoCpus: z.number().optional(),
    CpuQuota: z.number().optional(),
    CpuPeriod: z.number().optional(),
  }),
  NetworkSettings: z.object({
    Ports: z
      .record(
        z.string(),
        z.array(z.object({ HostIp: z.string().optional(), HostPort: z.string() })).nullish(),
      )
      .nullish(),
    Networks: z.record(z.string(), z.object({ EndpointID: z.string() })).nullish(),
  }),
});
export type ContainerState = z.infer<typeof containerReply>;

/** Of one that does not run the daemon sends zeroes, or leaves parts out. */
export const usageReply = z.object({
  cpu_stats: z
    .object({
      cpu_usage: z.object({ total_usage: z.number() }).partial().nullish(),
      throttling_data: z
        .object({ periods: z.number(), throttled_periods: z.number() })
        .partial()
        .nullish(),
    })
    .nullish(),
  memory_stats: z.object({ usage: z.number(), limit: z.number() }).partial().nullish(),
});

export const execReply = z.object({ ExitCode: z.number().int().nullish() });

export const eventReply = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: stringMap }),
  timeNano: z.number(),
});
